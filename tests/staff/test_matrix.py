"""Every command and button of the staff bot, tried by everybody there is, whatever has become of the consent.

A handler, or an action inside one, that has no row here fails the first test. A row is one line.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import func, select, update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.core.consent import Item
from bot.core.grants import Role
from bot.core.requests import State
from bot.db.tables import AccessEntry, ContactRequest
from bot.i18n import LOCALES
from bot.services import caseload, clients, consents, corrections, staff
from bot.services.base import Services
from bot.services.clients import Chat
from bot.staff.bot import build_application
from bot.staff.context import Press
from tests.services.people import HELPS, NAME, OTHER, WORDS
from tests.staff.office import Client, Office, WorkersPhone

SAID, NEW_NAME = "salaisuuteni on tallessa", "Oikea Aino"
PERSONAL = (NAME, WORDS, HELPS, SAID, NEW_NAME)
SORRY = "Anteeksi, jokin meni rikki"

Act = Callable[[WorkersPhone, int], Awaitable[None]]


def says(text: str) -> Act:
    return lambda phone, _request: phone.says(text)


def presses(*buttons: str) -> Act:
    """Press these, whether or not they were ever shown to this person."""

    async def act(phone: WorkersPhone, request_id: int) -> None:
        for data in buttons:
            place = next(message.id for message in reversed(phone.messages) if message.from_bot)
            await phone.press_raw(place, data.format(request=request_id, mark=caseload.mark("hei")))

    return act


async def blocks_and_comes_back(phone: WorkersPhone, _request: int) -> None:
    await phone.blocks()
    await phone.unblocks()


async def writes(phone: WorkersPhone, request_id: int) -> None:
    await presses("r:write:{request}")(phone, request_id)
    await phone.says("hei")


ROWS: dict[str, Act] = {
    "/start": says("/start"),
    **{f"/{name}": says(f"/{name}") for name in ("requests", "pyynnot", "begaran")},
    **{f"/{name}": says(f"/{name}") for name in ("language", "kieli", "sprak")},
    **{f"/{name}": says(f"/{name}") for name in ("help", "apua", "hjalp")},
    **{f"/{name}": says(f"/{name}") for name in ("waiting", "odottavat", "vantar")},
    **{f"/{name}": says(f"/{name}") for name in ("mismatches", "ristiriidat", "oklart")},
    **{f"q:{act}": presses(f"q:{act}:{{request}}") for act in ("show", "remind", "tell")},
    **{f"/{name}": says(f"/{name}") for name in ("enquiries", "kysymykset", "fragor")},
    **{
        f"e:{act}": presses(f"e:{act}:{{request}}:yes")
        for act in ("show", "answer", "stop", "end", "block", "unblock")
    },
    **{f"/{name}": says(f"/{name}") for name in ("figures", "luvut", "siffror")},
    **{f"f:{act}": presses(f"f:{act}:kello:0", f"f:{act}::0") for act in ("show", "words")},
    **{f"/{name}": says(f"/{name} ABC-DEF-GHJ-KMN") for name in ("code", "koodi", "kod")},
    "on_typed_code": says("ABC-DEF-GHJ-KMN"),
    "e:send": presses("e:send:{request}:{mark}:0"),
    "a:open": presses("a:open:{request}"),
    "a:day": presses("a:day:{request}:20260316"),
    "a:at": presses("a:at:{request}:202603161000"),
    "a:less": presses("a:less:{request}", "a:at:{request}:202603161000"),
    "a:enough": presses("a:enough:{request}"),
    "a:way": presses("a:way:{request}:phone"),
    "a:skip": presses(*(f"a:skip:{{request}}:{word}" for word in ("where", "who", "bring"))),
    "a:minutes": presses("a:minutes:{request}:45"),
    **{f"a:{act}": presses(f"a:{act}:{{request}}") for act in ("times", "words", "show", "move")},
    **{f"a:{act}": presses(f"a:{act}:{{request}}") for act in ("came", "missed", "stop")},
    "a:send": presses("a:send:{request}:{mark}"),
    "a:cancel": presses("a:cancel:{request}", "a:cancel:{request}:yes"),
    "r:show": presses("r:show:{request}"),
    "r:accept": presses("r:accept:{request}"),
    "r:contacted": presses("r:contacted:{request}"),
    "r:unreachable": presses("r:unreachable:{request}"),
    "r:close": presses("r:close:{request}", "r:close:{request}:got_help"),
    "r:reopen": presses("r:reopen:{request}"),
    "r:write": presses("r:write:{request}"),
    "w:send": presses("w:send:{request}:{mark}"),
    "w:stop": presses("w:stop:{request}"),
    **{f"l:{locale}": presses(f"l:{locale}") for locale in (*LOCALES[1:], "fi")},
    "on_text": writes,
    "on_unknown_command": says("/tiedot"),
    "on_anything_else": presses("x:show:{request}", "", "r:", "r:show:{request}:;:", "r:näytä:{request}"),
    "on_membership": blocks_and_comes_back,
}

SHOWN_TO_THE_ONE = {"/requests", "r:show", "r:accept", "r:contacted", "r:unreachable", "r:close"}
"""Where the worker who has the request sees personal data, as long as the consent holds."""


def rows_of(handler: BaseHandler[Any, Any, Any]) -> set[str]:
    if isinstance(handler, CommandHandler):
        return {f"/{command}" for command in handler.commands}
    if isinstance(handler, CallbackQueryHandler) and handler.pattern is not None:
        assert isinstance(handler.callback, Press), f"{handler.callback} does not name its actions"
        prefix = handler.pattern.pattern.removeprefix("^").removesuffix(":")  # type: ignore[union-attr]
        return {f"{prefix}:{action}" for action in handler.callback.actions}
    return {handler.callback.__name__}


def test_every_command_and_button_has_a_row(office_services: Services) -> None:
    application = build_application("1002:staff", "http://nowhere.invalid", office_services)
    handlers = [handler for group in application.handlers.values() for handler in group]
    assert {row for handler in handlers for row in rows_of(handler)} == set(ROWS)


@pytest.fixture
async def office_services(office: Office) -> Services:
    return office.services


# --- what can have become of a consent


async def nothing(_office: Office, _aino: Client) -> None:
    """It is given, and that is all."""


async def changed(office: Office, aino: Client) -> None:
    (one,) = await consents.mine(office.services, aino.user.id)
    chat = Chat(aino.user.id, "fi")
    assert await corrections.correct(office.services, chat, one.id, Item.NAME, NEW_NAME)


async def out_of_time(office: Office, _aino: Client) -> None:
    await office.simulator.clock.forward(timedelta(days=31))


async def withdrawn(_office: Office, aino: Client) -> None:
    await aino.withdraws()


async def forgotten(office: Office, aino: Client) -> None:
    assert await clients.forget(office.services, aino.user.id)


async def expired(office: Office, aino: Client) -> None:
    await out_of_time(office, aino)
    assert await consents.expire_due(office.services) <= 1  # the courier may have been faster


async def closed(office: Office, _aino: Client) -> None:
    async with office.services.db.work() as session:
        await session.execute(update(ContactRequest).values(state=State.CLOSED))


Turn = Callable[[Office, Client], Awaitable[None]]
VALID: list[Turn] = [nothing, changed]
OVER: list[Turn] = [out_of_time, expired, withdrawn, forgotten, closed]


@asynccontextmanager
async def listening(office: Office) -> AsyncIterator[dict[int, list[str]]]:
    """All that the staff bot says to anybody, also what it takes back at once."""
    heard: dict[int, list[str]] = defaultdict(list)
    real = office.simulator.call

    async def call(bot: Any, name: str, given: Any) -> Any:
        chat = office.simulator._chat_of(bot, given[0])
        if chat is not None and bot is office.staff_bot:
            heard[chat.user.id].append(" ".join(map(str, given[0].values())))
        return await real(bot, name, given)

    with patch.object(office.simulator, "call", call):
        yield heard


def personal(said: list[str]) -> list[str]:
    return [text for text in said if any(word in text for word in PERSONAL)]


async def everybody(office: Office) -> dict[str, WorkersPhone]:
    """All who could try, apart from the one who has the request."""
    services = office.services
    stranger = office.telephone("Vieras")
    await stranger.says("/start")
    removed = await office.worker("Poistettu")
    await staff.remove(services, await removed.id())
    coordinator = await office.worker("Koordinaattori", role=Role.COORDINATOR)
    person = await office.worker("Yhteyshenkilö", role=Role.CONTACT_PERSON)
    other = await office.worker("Toinen yhteyshenkilö", OTHER, role=Role.CONTACT_PERSON)
    return {
        "a stranger": stranger,
        "a removed worker": removed,
        "a worker of another organisation": await office.worker("Toinen", OTHER),
        "a colleague who has not accepted": await office.worker("Pekka"),
        "a coordinator": coordinator,
        "a contact person": person,
        "a contact person of another organisation": other,
    }


ACCEPTED = {
    "state": State.ACCEPTED,
    **dict.fromkeys(("closed_at", "outcome", "closing_by", "closing_at", "disputed_at")),
}


async def put_back(office: Office, request_id: int, worker_id: int) -> None:
    """The request is in this worker's hands, whatever was done to it."""
    async with office.services.db.work() as session:
        await session.execute(
            update(ContactRequest)
            .where(ContactRequest.id == request_id)
            .values({**ACCEPTED, "accepted_by": worker_id})
        )


async def readings(office: Office) -> int:
    async with office.services.db.read() as session:
        return await session.scalar(select(func.count()).select_from(AccessEntry)) or 0


async def tries_everything(phone: WorkersPhone, request_id: int) -> None:
    phone.patience = replace(phone.patience, everywhere=False)
    for act in ROWS.values():
        await act(phone, request_id)


@pytest.mark.parametrize("turn", [*VALID, *OVER])
async def test_nobody_but_the_one_who_accepted_is_told_anything_personal(office: Office, turn: Turn) -> None:
    others, leena, aino = await everybody(office), await office.worker("Leena"), office.client()
    request_id = await aino.asks(days=30)
    await leena.presses("🙋 Otan tämän")
    assert await aino.writes(request_id, SAID)
    assert leena.showing(SAID) == 1
    await office.settled()
    held = expire_nothing() if turn is out_of_time else nullcontext()
    with held:
        await turn(office, aino)
        await office.settled()
        before = await readings(office)
        async with listening(office) as heard:
            trying = [*others.values(), *([leena] if turn in OVER else [])]
            await asyncio.gather(*(tries_everything(phone, request_id) for phone in trying))
            await aino.writes(request_id, SAID)
            await office.settled()
        told = {who: personal(heard[phone.user.id]) for who, phone in others.items()}
        assert {who: said for who, said in told.items() if said} == {}
        assert {who for who, phone in others.items() if not heard[phone.user.id]} == set()
        assert not any(SORRY in text for said in heard.values() for text in said)
        if turn in OVER:
            assert personal(heard[leena.user.id]) == []
            assert await readings(office) == before, "nothing was shown, and nothing is said to have been"


@pytest.mark.parametrize("turn", VALID)
async def test_the_one_who_accepted_is_told_what_the_consent_covers(office: Office, turn: Turn) -> None:
    leena, aino = await office.worker("Leena"), office.client()
    request_id = await aino.asks(days=30)
    await leena.presses("🙋 Otan tämän")
    await turn(office, aino)
    await office.settled()
    shown = set()
    for name, act in ROWS.items():
        await put_back(office, request_id, await leena.id())
        before = await readings(office)
        async with listening(office) as heard:
            await act(leena, request_id)
        if personal(heard[leena.user.id]):
            shown.add(name)
            assert await readings(office) > before, f"{name} showed something and no entry says so"
    assert shown >= SHOWN_TO_THE_ONE


def expire_nothing() -> Any:
    """As if the courier had not come round yet: the term is over, and nothing is closed."""

    async def not_yet(_services: Services) -> int:
        return 0

    return patch.object(consents, "expire_due", not_yet)
