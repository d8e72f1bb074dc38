"""`rinnalla demo`: the simulator, both bots and the courier in one process, with nothing needed from outside."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.app import ROLES, open_services, run
from bot.core.calendar import is_working_day, system_clock
from bot.db.columns import Vault
from bot.db.tables import Base, FingerprintKey
from bot.services import staff
from bot.services.base import Services
from bot.settings import CATALOG, Settings
from bot.simulator import page
from bot.simulator.api import Simulator
from bot.simulator.chats import Bot, User

CLIENT_TOKEN, STAFF_TOKEN = "1001:demonstration-client", "1002:demonstration-staff"
ORGANISATION = "kello"
WORKER = "Leena"
CLIENT = "Aino"
MORNING = time(10)
STOPS_WITHIN = 5


@dataclass(frozen=True)
class Demo:
    """A running demonstration: what the browser page and the tests have in their hands."""

    simulator: Simulator
    services: Services
    client_bot: Bot
    staff_bot: Bot
    client: User
    worker: User


def beginning(now: datetime, zone: ZoneInfo) -> datetime:
    """Ten in the morning of today, or of the working day before: the demonstration never begins in quiet hours."""
    day = now.astimezone(zone).date()
    while not is_working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=zone)


def settings_for(url: str, folder: Path, catalog: Path | None = None) -> Settings:
    """Settings of a demonstration kept in `folder`; its key is made at the first start and stays with it."""
    key_file = folder / "key"
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(Vault.new_key())
    return Settings(
        _env_file=None,
        client_token=SecretStr(CLIENT_TOKEN),
        staff_token=SecretStr(STAFF_TOKEN),
        telegram_api=url,
        database_url=f"sqlite+aiosqlite:///{folder / 'rinnalla.db'}",
        redis_url=None,
        webhook_url=None,
        encryption_keys=key_file.read_text(),
        catalog=catalog or CATALOG,
        courier_interval=timedelta(seconds=1),
    )


@asynccontextmanager
async def demonstration(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    catalog: Path | None = None,
    organisation: str = ORGANISATION,
    start: datetime | None = None,
) -> AsyncIterator[Demo]:
    """Everything started, one worker linked; at the end everything stopped."""
    zone = ZoneInfo("Europe/Helsinki")
    simulator = Simulator(start=start or beginning(system_clock(), zone))
    client_bot = simulator.add_bot(CLIENT_TOKEN, "rinnalla_demo_bot", "Rinnalla")
    staff_bot = simulator.add_bot(STAFF_TOKEN, "rinnalla_tyo_bot", "Rinnalla – työntekijät")
    client, worker = simulator.add_user(CLIENT, "fi"), simulator.add_user(WORKER, "fi")
    phones = [
        page.Phone(client_bot.username, client.id, "client"),
        page.Phone(staff_bot.username, worker.id, "worker"),
    ]
    page.attach(simulator, phones)
    await simulator.start(host, port)
    stop, ready = asyncio.Event(), asyncio.Event()
    settings = settings_for(simulator.url, folder, catalog)
    try:
        async with open_services(settings, simulator.clock.now) as services:
            running = asyncio.create_task(run(services, ROLES, stop, ready.set, listen=False))
            try:
                await _first(ready, running)
                demo = Demo(simulator, services, client_bot, staff_bot, client, worker)
                _follow(demo, organisation)
                await _link(demo, organisation, worker)
                yield demo
            finally:
                stop.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(running, STOPS_WITHIN)
    finally:
        await simulator.stop()


async def _first(ready: asyncio.Event, running: asyncio.Task[None]) -> None:
    """Until everything has started, or the error that kept it from starting."""
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait((waiting, running), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        waiting.cancel()
        await running


def _follow(demo: Demo, organisation: str) -> None:
    """The page's clock wakes the courier, its reset begins everything anew, and whoever is added as another worker
    belongs to the same organisation, so that two can be seen wanting the same request."""

    async def on_forward() -> None:
        demo.services.bell.set()

    async def on_reset() -> None:
        await forget_everything(demo.services)
        await _link(demo, organisation, demo.worker)

    async def on_newcomer(bot: Bot, user: User) -> None:
        if bot is demo.staff_bot:
            await _link(demo, organisation, user)

    demo.simulator.on_newcomer.append(on_newcomer)
    demo.simulator.on_forward.append(on_forward)
    demo.simulator.on_reset.append(on_reset)


async def _link(demo: Demo, organisation: str, worker: User) -> None:
    """A worker joins as a real one does: with an invitation. One who is linked already just comes back."""
    chat = demo.simulator.chat(demo.staff_bot, worker)
    if await staff.worker(demo.services, worker.id) is None:
        invitation = await staff.invite(demo.services, organisation, worker.first_name)
        chat.say(f"/start {invitation.code}")
    else:
        chat.say("/start")


async def forget_everything(services: Services) -> None:
    """But for the key of fingerprints: the running service goes on with it."""
    async with services.db.work() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table is not FingerprintKey.__table__:
                await session.execute(table.delete())


async def serve(
    folder: Path | None,
    host: str,
    port: int,
    organisation: str,
    catalog: Path | None,
    say: Callable[[str], None],
) -> None:
    """Run the demonstration until it is interrupted; `say` is told the address."""
    with tempfile.TemporaryDirectory(prefix="rinnalla-") as temporary:
        kept = folder or Path(temporary)
        kept.mkdir(parents=True, exist_ok=True)
        async with demonstration(
            kept, host=host, port=port, organisation=organisation, catalog=catalog
        ) as demo:
            say(demo.simulator.url)
            await asyncio.Event().wait()
