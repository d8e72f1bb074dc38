"""A hundred thousand messages due in the same minute: `python -m tests.bench.courier_load`.

First the whole service sends them against the simulator, which is as strict as Telegram: thirty in any second, and no
more. Clients press buttons meanwhile. Then the courier's own work is measured: claim, check, render, record, with the
pace out of the way and a network, handed in through python-telegram-bot's own interface, whose answers are there at
once; the simulator would take more of the processor than the courier does. What python-telegram-bot takes for packing
the same message and reading the answer is measured alone, in the same run, and told apart.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from telegram import Bot, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.request import BaseRequest, RequestData

from bot.app import open_services, settle_in
from bot.courier import Courier
from bot.db.columns import Vault
from bot.db.upgrade import upgrade
from bot.demo import CLIENT_TOKEN, STAFF_TOKEN, settings_for
from bot.limits import Pace
from bot.services.due import Row
from bot.settings import Settings
from bot.simulator.api import Simulator
from bot.simulator.driver import Patience
from bot.simulator.faults import Limits
from tests.bench.first_answer import resident
from tests.bench.pressing import asked, begins_round, milliseconds, press
from tests.conftest import KEY, START
from tests.conversations.people import Client
from tests.conversations.talking import service
from tests.services.crowd import count, make_due

DUE = int(os.environ.get("RINNALLA_BENCH_DUE", "100000"))
PACED_SECONDS = 20
PRESSED_SECONDS = 60
OWN_SECONDS = 45
"""At most so long: what has been sent by then tells how fast it is, with all the others still due."""
PRESSERS = 3
BETWEEN_PRESSES = 1.0
WARM_UP = 500
ALONE = 2000
PATIENCE = Patience(settle=0.01, timeout=60, everywhere=False)


class AtOnce(BaseRequest):
    """A Telegram that takes every message without taking any time."""

    def __init__(self) -> None:
        self.sent = 0
        self.last: dict[str, Any] = {}

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **_more: Any
    ) -> tuple[int, bytes]:
        if url.endswith("getMe"):
            found: dict[str, Any] = {"id": 1001, "is_bot": True, "first_name": "R", "username": "r_bot"}
        else:
            self.sent += 1
            self.last = request_data.parameters if request_data else {}
            chat = {"id": 1, "type": "private", "first_name": "Testi"}
            found = {"message_id": self.sent, "date": 1_773_216_000, "chat": chat, "text": "x"}
        return 200, json.dumps({"ok": True, "result": found}).encode()


@dataclass
class Figures:
    """What was measured with one database."""

    name: str
    paced: float = 0.0
    paced_pressed: float = 0.0
    refused: int = 0
    refused_pressed: int = 0
    presses: list[float] = field(default_factory=list)
    own: float = 0.0
    own_cpu: float = 0.0
    with_library: float = 0.0
    sent: int = 0
    memory: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Megabytes before, at most, and after."""


async def measured(name: str, settings: Settings, progress: Progress) -> Figures:
    found = Figures(name)
    simulator = Simulator(start=START)
    client_bot = simulator.add_bot(CLIENT_TOKEN, "rinnalla_demo_bot", "Rinnalla")
    simulator.add_bot(STAFF_TOKEN, "rinnalla_tyo_bot", "Rinnalla – työntekijät")
    people = [simulator.add_user("Testi", "fi") for _ in range(40 * (PACED_SECONDS + PRESSED_SECONDS))]
    for user in people:
        simulator.chat(client_bot, user).say("/start")
    client_bot.confirm(before=10**9)
    step = progress.add_task(f"{name}: {DUE} messages are written", total=None)
    async with open_services(settings, lambda: START) as services:
        await make_due(services, DUE, [user.id for user in people])
    progress.update(step, total=1, completed=1)
    async with simulator:
        paced = settings.model_copy(update={"telegram_api": simulator.url})
        simulator.limits = Limits(per_chat=100)  # whoever presses as fast as here may be answered as fast
        async with service(simulator, paced):
            settle_in()  # as `rinnalla run` does
            await _at_the_pace(found, simulator, progress)
            await _while_clients_press(found, simulator, progress)
    async with _own_work(settings) as (courier, network, left):
        await _all_out(found, courier, network, left, progress)
        found.own_cpu = 1 / (1 / found.with_library - await _of_library(courier, network))
    return found


async def _of_library(courier: Courier, network: AtOnce) -> float:
    """Seconds of the processor that python-telegram-bot takes for the message that was said last."""
    bot, said = courier._client_bot, network.last
    look: dict[str, Any] = {
        "parse_mode": ParseMode.HTML,
        "reply_markup": InlineKeyboardMarkup.de_json(said["reply_markup"], bot),
        "protect_content": False,
    }
    began = time.process_time()
    for number in range(ALONE):
        await bot.send_message(number + 1, said["text"], **look)
    return (time.process_time() - began) / ALONE


async def _at_the_pace(found: Figures, simulator: Simulator, progress: Progress) -> None:
    await asyncio.sleep(2)
    found.paced, found.refused, _ = await _sends(
        f"{found.name}: at Telegram's pace", PACED_SECONDS, simulator, progress
    )


async def _while_clients_press(found: Figures, simulator: Simulator, progress: Progress) -> None:
    bot = simulator.bots[CLIENT_TOKEN]
    clients = [
        Client(simulator, bot, simulator.add_user(f"Asiakas {n}", "fi"), PATIENCE) for n in range(PRESSERS)
    ]
    await asyncio.gather(*map(begins_round, clients))
    stop = asyncio.Event()

    async def goes_round(client: Client) -> None:
        while not stop.is_set():
            if not asked(client):
                await begins_round(client)
            found.presses.append(await press(client, client.widgets[1]))
            await asyncio.sleep(BETWEEN_PRESSES)

    talking = [asyncio.create_task(goes_round(client)) for client in clients]
    what = f"{found.name}: while {PRESSERS} clients press"
    found.paced_pressed, _, found.refused_pressed = await _sends(what, PRESSED_SECONDS, simulator, progress)
    stop.set()
    await asyncio.gather(*talking)


async def _sends(
    what: str, seconds: float, simulator: Simulator, progress: Progress
) -> tuple[float, int, int]:
    """Messages of the courier a second; how many of them, and of all calls, Telegram refused as too many."""

    def seen() -> tuple[int, int, int]:
        refused = sum(many for (_, code), many in simulator.answers.items() if code == 429)
        return simulator.answers["sendmessage", 200], simulator.answers["sendmessage", 429], refused

    bar = progress.add_task(what, total=seconds)
    before, began = seen(), time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        progress.update(bar, completed=passed)
        await asyncio.sleep(min(0.5, seconds - passed))
    passed, after = time.perf_counter() - began, seen()
    progress.update(bar, completed=seconds)
    return (after[0] - before[0]) / passed, after[1] - before[1], after[2] - before[2]


@asynccontextmanager
async def _own_work(settings: Settings) -> AsyncIterator[tuple[Courier, AtOnce, int]]:
    network = AtOnce()
    async with (
        open_services(settings, lambda: START + timedelta(hours=1)) as services,
        Bot(CLIENT_TOKEN, request=network, get_updates_request=AtOnce()) as bot,
    ):
        left = await count(services, Row.WAITING, Row.LEASED)
        yield Courier(services, bot, None, lambda: Pace(1e9, 1e9)), network, left


async def _all_out(found: Figures, courier: Courier, network: AtOnce, left: int, progress: Progress) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(courier.run(stop))
    bar = progress.add_task(f"{found.name}: as fast as it can", total=left)
    while network.sent < min(WARM_UP, left):
        progress.update(bar, completed=network.sent)
        await asyncio.sleep(0.01)
    gc.collect()
    first, most = network.sent, (memory := resident())
    began, cpu = time.perf_counter(), time.process_time()
    while network.sent < left and time.perf_counter() - began < OWN_SECONDS:
        await asyncio.sleep(0.25)
        progress.update(bar, completed=network.sent)
        most = max(most, resident())
    found.sent = network.sent - first
    found.own = found.sent / (time.perf_counter() - began)
    found.with_library = found.sent / (time.process_time() - cpu)
    progress.update(bar, total=network.sent, completed=network.sent)
    stop.set()
    await running
    gc.collect()
    found.memory = memory, most, resident()


async def _on_sqlite(folder: Path, progress: Progress) -> Figures:
    settings = settings_for("http://127.0.0.1:1", folder).model_copy(
        update={"encryption_keys": [SecretStr(KEY)]}
    )
    return await measured("SQLite", settings, progress)


async def _on_postgresql(server: str, folder: Path, progress: Progress) -> Figures:
    url = make_url(server)
    url = url.set(database=f"{url.database}_bench_{os.getpid()}")
    engine = create_async_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {url.database}")
    try:
        shown = url.render_as_string(hide_password=False)
        await upgrade(shown, Vault([KEY]))
        changes = {"encryption_keys": [SecretStr(KEY)], "database_url": shown}
        settings = settings_for("http://127.0.0.1:1", folder).model_copy(update=changes)
        return await measured("PostgreSQL", settings, progress)
    finally:
        async with engine.connect() as connection:
            await connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


def show(console: Console) -> None:
    server = os.environ.get("RINNALLA_TEST_POSTGRESQL")
    found: list[Figures] = []
    with (
        TemporaryDirectory(prefix="rinnalla-bench-") as one,
        TemporaryDirectory(prefix="rinnalla-bench-") as other,
        Progress(console=console, transient=True) as progress,
    ):
        found.append(asyncio.run(_on_sqlite(Path(one), progress)))
        if server:
            found.append(asyncio.run(_on_postgresql(server, Path(other), progress)))
    console.print(_table(found))
    if not server:
        console.print("PostgreSQL was not measured: RINNALLA_TEST_POSTGRESQL names no server.")


def _table(found: list[Figures]) -> Table:
    table = Table(
        "what", *(each.name for each in found), "target", title=f"Courier: {DUE} messages due at once"
    )

    def row(what: str, target: str, *values: str) -> None:
        table.add_row(what, *values, target)

    row("all out, messages a second", "", *(f"{each.own:.0f}" for each in found))
    row("own work, messages a second of processor time", "≥ 1000", *(f"{each.own_cpu:.0f}" for each in found))
    row("   with python-telegram-bot's part", "", *(f"{each.with_library:.0f}" for each in found))
    row("   of so many", "", *(f"{each.sent}" for each in found))
    row(
        "memory before, most, after, MB",
        "flat",
        *(" / ".join(f"{mb:.0f}" for mb in each.memory) for each in found),
    )
    row("at Telegram's pace, messages a second", "≥ 29", *(f"{each.paced:.2f}" for each in found))
    row("   refused with 429", "0", *(f"{each.refused}" for each in found))
    presses = [milliseconds(each.presses) for each in found]
    row(f"{PRESSERS} clients press meanwhile: presses", "", *(each[0] for each in presses))
    row("   answered, median ms", "", *(each[1] for each in presses))
    row("   answered, p99 ms", "< 200", *(each[2] for each in presses))
    row("   messages a second", "", *(f"{each.paced_pressed:.2f}" for each in found))
    row("   calls refused with 429", "0", *(f"{each.refused_pressed}" for each in found))
    return table


if __name__ == "__main__":
    show(Console())
