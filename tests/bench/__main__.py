"""How fast the service is on this machine: `make bench`.

Everything is measured through the simulator, as a client's telephone would see it, and beside a bare aiogram-dialog
bot of the same shape in the same run, so that the machine and the simulator weigh on both alike.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bot.demo import CLIENT_TOKEN, STAFF_TOKEN, settings_for
from bot.simulator.api import Simulator
from bot.simulator.chats import Bot
from bot.simulator.driver import Patience
from tests.bench import bare, catalog_scale, courier_load, first_answer
from tests.bench.pressing import asked, begins_round, milliseconds, press
from tests.conversations.people import Client
from tests.conversations.talking import service

BARE_TOKEN = "1003:bare"
ROUNDS = 12
"""Rounds of the check-in, of as many presses as there are areas, in turn with the bare dialog."""
PEOPLE, SECONDS = 50, 12
STARTS = 3
PATIENCE = Patience(settle=0.01, timeout=60, everywhere=False)


class Sample:
    """Times of presses, each until it is answered, and the processor time that all of them took."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.cpu = 0.0

    def row(self, name: str) -> tuple[str, ...]:
        return name, *milliseconds(self.seconds), f"{self.cpu / len(self.seconds) * 1000:.1f}"


async def check_in(client: Client, sample: Sample) -> None:
    """One round: 4 for every area, each press after all about the last one is done."""
    while asked(client):
        cpu = time.process_time()
        sample.seconds.append(await press(client, client.widgets[1]))
        while client.chat.activity.pending:
            await client.chat.activity.changes(10)
        sample.cpu += time.process_time() - cpu


async def side_by_side(ours: Client, plain: Client) -> tuple[Sample, Sample]:
    """In turn, so that a busy moment of the machine hits both; the first round of each is not counted."""
    samples = Sample(), Sample()
    for number in range(ROUNDS + 1):
        for client, sample in zip((ours, plain), samples, strict=True):
            await begins_round(client)
            gc.collect()
            await check_in(client, sample if number else Sample())
    return samples


async def crowd(simulator: Simulator, bot: Bot) -> tuple[Sample, float]:
    """Many at once, each pressing as soon as the last press is answered; returns also the updates a second."""
    people = [
        Client(simulator, bot, simulator.add_user(f"Asiakas {n}", "fi"), PATIENCE) for n in range(PEOPLE)
    ]

    async def goes_round(client: Client) -> None:
        while time.perf_counter() < until:
            if not asked(client):
                await begins_round(client)
            while asked(client) and time.perf_counter() < until:
                sample.seconds.append(await press(client, client.widgets[1]))

    await asyncio.gather(*map(begins_round, people))
    handled = simulator.answers["answercallbackquery", 200]
    sample, cpu, before = Sample(), time.process_time(), time.perf_counter()
    until = before + SECONDS
    await asyncio.gather(*map(goes_round, people))
    sample.cpu = time.process_time() - cpu
    handled = simulator.answers["answercallbackquery", 200] - handled
    return sample, handled / (time.perf_counter() - before)


async def measure(folder: Path, console: Console) -> None:
    simulator = Simulator()
    client_bot = simulator.add_bot(CLIENT_TOKEN, "rinnalla_demo_bot", "Rinnalla")
    simulator.add_bot(STAFF_TOKEN, "rinnalla_tyo_bot", "Rinnalla – työntekijät")
    bare_bot = simulator.add_bot(BARE_TOKEN, "bare_bot", "Bare")
    async with simulator:
        settings = settings_for(simulator.url, folder)
        async with service(simulator, settings), bare.polling(BARE_TOKEN, simulator.url):
            ours = Client(simulator, client_bot, simulator.add_user("Aino", "fi"), PATIENCE)
            plain = Client(simulator, bare_bot, simulator.add_user("Aino", "fi"), PATIENCE)
            mine, its = await side_by_side(ours, plain)
            many, rate = await crowd(simulator, client_bot)
            bare_many, bare_rate = await crowd(simulator, bare_bot)
    table = Table(
        "A press, until it is answered", "samples", "median ms", "p99 ms", "CPU ms an update", title="Speed"
    )
    table.add_row(*mine.row("check-in, SQLite, one client"))
    table.add_row(*its.row("bare aiogram-dialog, in memory, one client"))
    table.add_row("ratio", "", *ratios(mine, its))
    table.add_section()
    table.add_row(*many.row(f"check-in, SQLite, {PEOPLE} clients: {rate:.0f} updates a second"))
    table.add_row(*bare_many.row(f"bare aiogram-dialog, {PEOPLE} clients: {bare_rate:.0f} updates a second"))
    table.add_row("ratio", "", *ratios(many, bare_many))
    console.print(table)


def ratios(one: Sample, other: Sample) -> tuple[str, str, str]:
    pairs = zip(milliseconds(one.seconds)[1:], milliseconds(other.seconds)[1:], strict=True)
    cpu = (one.cpu / len(one.seconds)) / (other.cpu / len(other.seconds))
    return *(f"{float(a) / float(b):.1f}" for a, b in pairs), f"{cpu:.1f}"  # type: ignore[return-value]


def show_starts(console: Console) -> None:
    found = [first_answer.measured() for _ in range(STARTS)]
    table = Table(
        "The whole demonstration in a process of its own",
        "samples",
        "median",
        "worst",
        title="Start and rest",
    )
    for name, unit in (("seconds to the first answer", "s"), ("memory at rest", "MB")):
        values = [one[unit] for one in found]
        table.add_row(name, f"{len(values)}", f"{median(values):.1f} {unit}", f"{max(values):.1f} {unit}")
    console.print(table)


def main() -> None:
    console = Console()
    console.print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start.")
    console.print("The simulator runs in the same process and takes its share of the processor.")
    show_starts(console)
    with TemporaryDirectory(prefix="rinnalla-bench-") as folder:
        asyncio.run(measure(Path(folder), console))
    courier_load.show(console)
    console.print(catalog_scale.table())


if __name__ == "__main__":
    main()
