"""Nothing is stored about a person who has not agreed: the tables stay empty, the rest cannot be read, and goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.db.tables import Base, DialogState
from bot.services import housekeeping
from dialogs.states import CheckIn, Consent, Matters, Menu, Reflection, Welcome
from tests.conversations.inside import Inside, StraightClient, inside
from tests.conversations.people import DANGER
from tests.conversations.places import go_to

PASSING = {"dialog_states", "handled_updates"}
WORDS = "ulosottomies soitti aamulla"


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[Inside]:
    async with inside(tmp_path) as opened:
        await opened.employ("kello")
        yield opened


async def rows(desk: Inside) -> dict[str, int]:
    async with desk.services.db.read() as session:
        return {
            table.name: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in PASSING
        }


async def dialog_rows(desk: Inside) -> int:
    async with desk.services.db.read() as session:
        return await session.scalar(select(func.count()).select_from(DialogState)) or 0


async def everything_but_consent(client: StraightClient) -> None:
    """As much as can be said and pressed without agreeing to anything."""
    await client.says("/start")
    await client.presses("English")
    await client.presses("Suomi")
    await client.taps("begin")
    await client.rates({"money": WORDS, "mind": DANGER[:12]}, mind=1, money=1, friends=2)
    await client.reflects(WORDS, WORDS, "some_help", WORDS)
    await client.sees_suggestions()
    await client.taps("memo")
    await client.taps("back_card")
    await client.taps("contact")
    await client.taps("back_card")
    await client.taps("not_me")
    await client.taps("home")
    await client.says("kello")
    await client.taps("offer")
    await client.finds_whom_to_ask()
    await client.taps("ask")
    await client.taps("go")
    await client.taps("items_ok")
    await client.says("Salanimi Ulosottonen")
    await client.taps("by_phone")
    await client.says("0401239876")
    await client.taps("time")
    await client.taps("days")
    await client.taps("cancel")
    await client.taps("home")
    await client.says(WORDS)
    await client.says(DANGER)
    await client.taps("go_on")
    await client.says("/omat")
    await client.sends_photo(caption=WORDS)
    await client.sends_contact("+358401239876")


async def test_a_whole_conversation_leaves_no_trace(fresh: Inside, tmp_path: Path) -> None:
    before = await rows(fresh)
    client = fresh.client("Nimetönheimo", "fi")
    await everything_but_consent(client)
    assert await rows(fresh) == before
    await everything_but_consent(client)
    raw = b"".join(map(Path.read_bytes, tmp_path.glob("rinnalla.db*")))  # noqa: ASYNC240 (nobody waits)
    for secret in (
        WORDS,
        "ulosotto",
        "Salanimi",
        "0401239876",
        "Nimetön",
        str(client.user.id),
        "haluan kuolla",
        "money",
    ):
        assert secret.encode() not in raw, secret


async def test_dialog_state_in_the_database_cannot_be_read(fresh: Inside) -> None:
    client = fresh.client()
    await go_to(client, CheckIn.words)
    await client.says(WORDS)
    async with fresh.services.db.read() as session:
        stored = (await session.execute(text("SELECT * FROM dialog_states"))).all()
    assert len(stored) >= 2
    shown = str(stored)
    for secret in ("ulosotto", "health", str(client.user.id), "CheckIn"):
        assert secret not in shown


async def test_forgotten_after_a_day_without_use(fresh: Inside) -> None:
    client = fresh.client()
    await go_to(client, CheckIn.area)
    await fresh.simulator.clock.forward(timedelta(hours=23))
    await housekeeping.purge(fresh.services)
    await client.taps("rate:health.4")
    assert "2/12" in client.window.text
    await fresh.simulator.clock.forward(timedelta(hours=23))
    await housekeeping.purge(fresh.services)
    await client.taps("rate:mind.4")
    assert "3/12" in client.window.text
    await fresh.simulator.clock.forward(timedelta(hours=25))
    await housekeeping.purge(fresh.services)
    assert await dialog_rows(fresh) == 0
    await client.taps("rate:everyday.4")
    assert client.toast == "Tuo nappi on vanhentunut. Jatketaan tästä."
    assert await client.place == Menu.main.state
    await client.taps("check_in")
    assert await client.place == CheckIn.intro.state


async def test_words_after_a_day_begin_anew(fresh: Inside) -> None:
    client = fresh.client(language_code="en")
    await client.says("/start")
    await client.presses("Suomi")
    await fresh.simulator.clock.forward(timedelta(hours=25))
    await housekeeping.purge(fresh.services)
    await client.says("hello again")
    assert "✅ English" in client.buttons


async def test_stop_forgets_at_once(fresh: Inside) -> None:
    client = fresh.client()
    await go_to(client, Reflection.summary)
    await client.says("/stop")
    assert "Kaikki on poistettu" in client.sees
    assert await client.place == Matters.forgotten.state
    await client.taps("home")
    await client.taps("check_in")
    assert await client.place == CheckIn.intro.state


async def test_stop_keeps_the_language_for_the_goodbye(fresh: Inside) -> None:
    client = fresh.client()
    await client.says("/start")
    await client.presses("English")
    await client.says("/stop")
    goodbye = client.sees
    await client.taps("home")
    assert "Mistä" not in client.sees
    assert "poistettu" not in goodbye


async def test_one_agreement_stores_one_client(fresh: Inside) -> None:
    before = await rows(fresh)
    client = fresh.client()
    await go_to(client, Consent.sent)
    after = await rows(fresh)
    added = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert added["clients"] == added["consents"] == added["contact_requests"] == added["consent_events"] == 1
    await client.taps("matters")
    await client.taps("privacy")
    await client.taps("forget")
    await client.taps("do_forget")
    left = {name: count for name, count in (await rows(fresh)).items() if count != before[name]}
    assert "clients" not in left
    assert "check_ins" not in left


async def test_what_is_kept_is_told_and_nothing_else(desk: Inside) -> None:
    """Somebody of whom nothing is kept reads that, and not a list of noughts."""
    client = desk.client()
    await client.begins()
    await client.says("/my")
    await client.taps("privacy")
    await client.taps("forget")
    assert "En ole tallentanut sinusta mitään" in client.screen
    assert "suostumus" not in client.screen
    await client.says("/menu")
    await client.asks_for_contact()
    await client.says("/my")
    await client.taps("privacy")
    await client.taps("forget")
    assert "• 1 suostumus" in client.screen
    assert "muistilistassa" not in client.screen


async def test_words_after_being_forgotten_begin_anew(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.says("/stop")
    assert await client.place == Matters.forgotten.state
    await client.says("Moi taas")
    assert await client.place == Welcome.hello.state
