"""The whole service as it runs, against the simulator over HTTP; it can be stopped and started again in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from bot import app
from bot.app import ROLES, open_services, run, sending_bot
from bot.core.grants import Role
from bot.courier import Courier
from bot.demo import CLIENT_TOKEN, STAFF_TOKEN
from bot.services import clients, housekeeping, staff
from bot.services.base import Services
from bot.settings import Settings
from bot.simulator.api import Simulator
from bot.simulator.chats import Bot
from bot.simulator.driver import Patience, Phone
from tests.conversations.people import Client

PATIENCE = Patience(timeout=30)
STOPS_WITHIN = 10


class Service:
    """Both bots and the courier, on what `settings` name."""

    def __init__(self, simulator: Simulator, settings: Settings, roles: Sequence[app.Role] = ROLES) -> None:
        self.simulator, self.settings, self.roles = simulator, settings, roles
        self.services: Services
        self.client_bot: Bot = simulator.bots[CLIENT_TOKEN]
        self.staff_bot: Bot = simulator.bots[STAFF_TOKEN]
        self._stop = asyncio.Event()
        self._stack = AsyncExitStack()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._stop, ready = asyncio.Event(), asyncio.Event()
        opened = open_services(self.settings, self.simulator.clock.now)
        self.services = await self._stack.enter_async_context(opened)
        self._running = asyncio.create_task(
            run(self.services, self.roles, self._stop, ready.set, listen=False)
        )
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait((waiting, self._running), return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            waiting.cancel()
            await self._running

    async def stop(self) -> None:
        self._stop.set()
        if self._running is not None:
            await asyncio.wait_for(self._running, STOPS_WITHIN)
        await self._stack.aclose()

    async def restart(self) -> None:
        await self.stop()
        await self.start()


@asynccontextmanager
async def service(
    simulator: Simulator, settings: Settings, roles: Sequence[app.Role] = ROLES
) -> AsyncIterator[Service]:
    """Started, and stopped at the end."""
    started = Service(simulator, settings, roles)
    await started.start()
    try:
        yield started
    finally:
        await started.stop()


class Talk:
    """People of one test; afterwards nobody is left who would take part in the next one."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.simulator = service.simulator
        self._clients: list[Client] = []
        self._workers: list[Phone] = []

    @property
    def services(self) -> Services:
        return self.service.services

    def client(self, first_name: str = "Aino", language_code: str | None = "fi") -> Client:
        user = self.simulator.add_user(first_name, language_code)
        self._clients.append(Client(self.simulator, self.service.client_bot, user, PATIENCE))
        return self._clients[-1]

    async def worker(
        self, name: str = "Leena", organisation: str = "kello", role: Role = Role.WORKER
    ) -> Phone:
        """A worker who has joined with an invitation."""
        invitation = await staff.invite(self.services, organisation, name, role)
        user = self.simulator.add_user(name, "fi")
        phone = Phone(self.simulator, self.service.staff_bot, user, PATIENCE)
        await phone.says(f"/start {invitation.code}")
        self._workers.append(phone)
        return phone

    async def ends(self) -> None:
        for client in self._clients:
            await clients.forget(self.services, client.user.id)
        for phone in self._workers:
            if worker := await staff.worker(self.services, phone.user.id):
                await staff.remove(self.services, worker.id)


class Later(Talk):
    """The same with a clock of its own and a courier that goes its rounds when time passes: for what comes weeks and
    months later."""

    def __init__(self, service: Service, courier: Courier) -> None:
        super().__init__(service)
        self.courier = courier

    async def passes(self, step: timedelta) -> None:
        """Time passes, and what has become due is said."""
        await self.simulator.clock.forward(step)
        await housekeeping.tick(self.services)
        while await self.courier.round():
            pass


@asynccontextmanager
async def later(simulator: Simulator, settings: Settings) -> AsyncIterator[Later]:
    async with service(simulator, settings, ("client", "staff")) as started:
        tokens = (CLIENT_TOKEN, STAFF_TOKEN)
        to_clients, to_workers = (sending_bot(started.services, token) for token in tokens)
        async with to_clients, to_workers:
            people = Later(started, Courier(started.services, to_clients, to_workers))
            yield people
            await people.ends()
