"""Text messages through apprise to a gateway of this machine: what arrives, and what is known when something goes
wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from bot import sms
from bot.sms import Gateway, Went
from tests.courier.sms_gateway import LocalGateway, Mood, local_gateway

NUMBER, TEXT = "+358401234567", "Hyvää päivää, Åke & Öljy: 5 € [1] <b> 100 %"
NOBODY = "json://127.0.0.1:9/{number}"


@pytest.fixture
async def local() -> AsyncIterator[LocalGateway]:
    async with local_gateway() as gateway:
        yield gateway


@pytest.mark.parametrize("how", ["json", "form"])
async def test_number_and_text_arrive_as_they_are(local: LocalGateway, how: str) -> None:
    assert await Gateway(getattr(local, how)).send(NUMBER, TEXT) is Went.SENT
    assert local.sent == [(NUMBER, TEXT)]


async def test_two_parts_go_as_one_text(local: LocalGateway) -> None:
    await Gateway(local.json).send(NUMBER, "ä" * 300)
    assert local.sent == [(NUMBER, "ä" * 300)]


async def test_a_refusal_is_no_uncertainty(local: LocalGateway) -> None:
    local.moods = ["error"]
    assert await Gateway(local.json).send(NUMBER, TEXT) is Went.REFUSED


async def test_where_nobody_listens_nothing_has_left() -> None:
    assert await Gateway(NOBODY).send(NUMBER, TEXT) is Went.UNREACHABLE
    assert await Gateway("json://nowhere.invalid/{number}").send(NUMBER, TEXT) is Went.UNREACHABLE


@pytest.mark.parametrize("mood", ["cut before", "cut after"])
async def test_a_line_that_breaks_leaves_it_uncertain(local: LocalGateway, mood: Mood) -> None:
    local.moods = [mood]
    assert await Gateway(local.json).send(NUMBER, TEXT) is Went.UNCERTAIN


async def test_no_answer_is_uncertain_and_holds_up_nobody(
    local: LocalGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "ANSWER_WITHIN", 0.3)
    local.moods = ["silent"]
    sending = asyncio.create_task(Gateway(local.json).send(NUMBER, TEXT))
    turns = 0
    while not sending.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert sending.result() is Went.UNCERTAIN
    assert turns > 10, "the loop went on"


async def test_the_next_gateway_takes_what_the_first_did_not(local: LocalGateway) -> None:
    assert await Gateway(f"{NOBODY} {local.json}").send(NUMBER, TEXT) is Went.SENT
    assert len(local.sent) == 1


async def test_what_may_have_gone_is_not_sent_through_another(local: LocalGateway) -> None:
    local.moods = ["cut after"]
    assert await Gateway(f"{local.json} {local.json}").send(NUMBER, TEXT) is Went.UNCERTAIN
    assert len(local.sent) == 1


async def test_each_message_knows_its_own_fate(local: LocalGateway) -> None:
    """Many at once: the error of one is not taken for another's."""
    local.moods = ["well", "error"] * 10
    well = Gateway(local.json)
    went = await asyncio.gather(*(well.send(NUMBER, str(number)) for number in range(20)))
    assert sorted(went) == [Went.REFUSED] * 10 + [Went.SENT] * 10


async def test_nothing_of_it_is_logged(local: LocalGateway, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "requests"):  # as bot.commands.logs does
        logging.getLogger(name).setLevel(logging.WARNING)
    local.moods = ["well", "error", "cut after"]
    for _ in range(4):
        await Gateway(local.json).send(NUMBER, TEXT)
    await Gateway(NOBODY).send(NUMBER, TEXT)
    said = caplog.text + "".join(str(record.args) for record in caplog.records)
    assert NUMBER[1:] not in said
    assert "Åke" not in said


@pytest.mark.parametrize(
    ("urls", "found"),
    [
        (NOBODY, ["JSON"]),
        ("46elks://user:pass@Rinnalla/{number}", ["46elks"]),
        (f"46elks://user:pass@Rinnalla/{{number}} {NOBODY}", ["46elks", "JSON"]),
        ("json://127.0.0.1:9/everybody", None),
        ("nothing://known/{number}", None),
        ("{number}", None),
        ("", None),
    ],
)
def test_addresses_are_known_without_sending(urls: str, found: list[str] | None) -> None:
    assert sms.names(urls) == found
