"""People for tests of the use cases: a client who asks to be contacted, workers who answer."""

from __future__ import annotations

from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import SecretStr
from sqlalchemy import select

from bot.core.calendar import Clock
from bot.core.check_in import CheckIn, Strength
from bot.core.consent import BestTime, Item, Reach
from bot.core.grants import Role
from bot.core.requests import Outcome, State, Step
from bot.core.safety import SafetyScreen
from bot.db.tables import Base, Consent, ConsentEvent, ContactRequest, OutboxMessage
from bot.db.work import Database
from bot.services import caseload, closing, requests, staff
from bot.services.base import Services
from bot.services.clients import Chat
from bot.services.requests import Draft
from bot.services.staff import Worker
from bot.settings import CATALOG, Settings
from catalog.safety_data import SafetyData
from catalog.shelf import Shelf

KELLO, OTHER = "kello", "hyvaks"
CLIENT = Chat(4_501_234_567, "fi")
SOMEBODY_ELSE = Chat(4_509_876_543, "sv")
NAME, PHONE, WORDS, HELPS = "Aino Esimerkki", "+358401234567", "velat painavat öisin", "metsässä kävely"
ANSWERS = CheckIn(
    ratings={"money": 1, "friends": 2, "mind": 4},
    words={"money": WORDS},
    strength=Strength.BESIDE,
    helps=HELPS,
)

_worker_chats = count(7_000_000_001)


@cache
def shelf() -> Shelf:
    return Shelf(CATALOG)


def settings_with(**changes: Any) -> Settings:
    tokens = {"client_token": SecretStr("1001:client"), "staff_token": SecretStr("1002:staff")}
    return Settings(_env_file=None, **{**tokens, **changes})


def services_on(database: Database, clock: Clock, **changes: Any) -> Services:
    deaf = SafetyScreen(SafetyData(languages=()))
    return Services(database, database.vault, clock, shelf(), deaf, settings_with(**changes))


def draft(**changes: Any) -> Draft:
    """A request to Kello that tells everything and wishes for a message in the chat."""
    usual: dict[str, Any] = {
        "consent_id": str(uuid4()),
        "organisation_id": KELLO,
        "offer_id": "kello-keskusteluapu",
        "check_in": ANSWERS,
        "items": frozenset(Item),
        "reach": Reach.CHAT,
        "best_time": BestTime.ANY,
        "days": 30,
        "name": NAME,
    }
    return Draft(**{**usual, **changes})


async def asks(services: Services, chat: Chat = CLIENT, **changes: Any) -> int:
    """The client consents and asks to be contacted; returns the request's id."""
    return await requests.send(services, chat, draft(**changes))


async def joins(
    services: Services,
    name: str = "Leena",
    organisation: str = KELLO,
    chat_id: int | None = None,
    role: Role = Role.WORKER,
) -> Worker:
    invitation = await staff.invite(services, organisation, name, role)
    worker = await staff.redeem(services, invitation.code, chat_id or next(_worker_chats), "fi")
    assert isinstance(worker, Worker)
    return worker


async def accepts(services: Services, worker: Worker, request_id: int) -> None:
    _, done = await caseload.take(services, worker.id, request_id, Step.ACCEPT)
    assert done


async def closes(
    services: Services,
    worker: Worker,
    request_id: int,
    outcome: Outcome = Outcome.GOT_HELP,
    chat: Chat = CLIENT,
) -> None:
    """The worker says how it ended, and to the client the end is all right."""
    _, done = await caseload.take(services, worker.id, request_id, Step.CLOSE, outcome)
    assert done
    assert await closing.end(services, chat.id, request_id) in {State.CLOSED, None}


async def consent_of(services: Services, request_id: int) -> Consent:
    async with services.db.read() as session:
        found = await session.scalar(
            select(Consent)
            .join(ContactRequest, ContactRequest.consent_id == Consent.id)
            .where(ContactRequest.id == request_id)
        )
    assert found is not None
    return found


async def request(services: Services, request_id: int) -> ContactRequest:
    async with services.db.read() as session:
        found = await session.get(ContactRequest, request_id)
    assert found is not None
    return found


async def outbox(services: Services, kind: str | None = None) -> list[OutboxMessage]:
    async with services.db.read() as session:
        rows = select(OutboxMessage).order_by(OutboxMessage.id)
        return list(await session.scalars(rows.where(OutboxMessage.kind == kind) if kind else rows))


async def events(services: Services) -> list[ConsentEvent]:
    async with services.db.read() as session:
        return list(await session.scalars(select(ConsentEvent).order_by(ConsentEvent.seq)))


async def everything(services: Services) -> str:
    """All that is kept, opened with the keys, as one text to look for words in."""
    async with services.db.read() as session:
        rows = [
            (table.name, *row)
            for table in Base.metadata.sorted_tables
            for row in await session.execute(select(table))
        ]
    return "\n".join(map(repr, rows))


def raw(database_file: Path) -> bytes:
    """The bytes of an SQLite database as they lie on the disk, with what has not been merged into it yet."""
    parts = (database_file.with_name(database_file.name + end) for end in ("", "-wal"))
    return b"".join(part.read_bytes() for part in parts if part.exists())
