"""After "forget me" nothing of a client is left in the raw files of the database: no word, and no ciphertext."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo import CLIENT_TOKEN, STAFF_TOKEN, settings_for
from bot.services import housekeeping, requests
from bot.simulator.api import Simulator
from bot.simulator.driver import Phone
from tests.conftest import START
from tests.conversations.people import Client
from tests.conversations.talking import Talk, service
from tests.traces import files, left_of, sealed, traces

NAME, PHONE = "Aino-Kyllikki", "+358401239876"
WORDS, HELPS, NEXT = "ulosottomies soitti <aamulla>", "järven äärellä istuminen", "soitan velkaneuvontaan"
TO_WORKER, TO_CLIENT, UNSENT = "olen töissä yöt läpi", "tavataan torstaina satamassa", "tämä jää kesken näin"
PERSONAL = (NAME, PHONE, WORDS, HELPS, NEXT, TO_WORKER, TO_CLIENT, UNSENT, "Esimerkkinen")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Talk]:
    """A whole service with files of its own."""
    simulator = Simulator(start=START)
    simulator.add_bot(CLIENT_TOKEN, "rinnalla_demo_bot", "Rinnalla")
    simulator.add_bot(STAFF_TOKEN, "rinnalla_tyo_bot", "Rinnalla – työntekijät")
    async with simulator, service(simulator, settings_for(simulator.url, tmp_path)) as started:
        yield Talk(started)


async def tells_everything(aino: Client, leena: Phone) -> None:
    """All a client can tell, a worker has it, and they write to each other."""
    await aino.begins()
    await aino.rates({"mind": WORDS}, mind=1, friends=1)
    await aino.reflects(HELPS, HELPS, "beside", NEXT)
    await aino.sees_suggestions()
    await aino.taps("memo")
    if "memo_ok" in aino.widgets:
        await aino.taps("memo_ok")
    await aino.taps("back_card")
    await aino.finds_whom_to_ask()
    await aino.taps("ask")
    await aino.taps("go")
    await aino.taps("items_ok")
    await aino.says(f"{NAME} Esimerkkinen")
    await aino.taps("by_phone")
    await aino.says(PHONE)
    await aino.taps("time:any")
    await aino.taps("days:30")
    await aino.taps("consent")
    await leena.waits_for("Uusi yhteydenottopyyntö #2")
    await leena.presses("Otan tämän")
    assert PHONE in leena.sees
    await leena.presses("Kirjoita asiakkaalle")
    await leena.says(TO_CLIENT)
    await leena.presses("Lähetä")
    await aino.waits_for(TO_CLIENT)


async def writes_to_the_worker(house: Talk, aino: Client, leena: Phone) -> None:
    (request,) = await requests.mine(house.services, aino.user.id)
    assert await requests.answer(house.services, aino.user.id, request.id, TO_WORKER, 4711)
    await leena.waits_for(TO_WORKER)


async def test_after_forget_me_the_raw_files_hold_nothing_of_the_client(house: Talk, tmp_path: Path) -> None:
    services = house.services
    leena = await house.worker("Leena")
    other, aino = house.client("Toinen"), house.client(NAME)
    personal = (*PERSONAL, str(aino.user.id))
    await other.begins()
    await other.asks_for_contact()
    await leena.waits_for("Uusi yhteydenottopyyntö")
    stays = await sealed(services)
    ever = set(stays)

    await tells_everything(aino, leena)
    ever |= await sealed(services)
    await writes_to_the_worker(house, aino, leena)
    await leena.presses("Kirjoita asiakkaalle")
    await leena.says(UNSENT)  # a draft in the worker's hands
    ever |= await sealed(services)
    assert traces(personal, files(tmp_path)) == [], "it is unreadable from the first moment"
    hers = ever - stays
    fingerprint = services.vault.fingerprint(aino.user.id, "client").encode()
    assert fingerprint in files(tmp_path), "we look where something is"
    assert len(left_of(hers, files(tmp_path))) > 10

    await aino.says("/omat")
    await aino.taps("privacy")
    await aino.taps("forget")
    ever |= await sealed(services)
    await aino.taps("do_forget")
    await leena.waits_for("Tiedot on poistettu tästä viestistä")
    await leena.quiet()
    await house.simulator.clock.forward(housekeeping.SCRUB_EVERY + timedelta(seconds=1))
    await housekeeping.tick(services)

    raw = files(tmp_path)
    gone = ever - await sealed(services)
    assert len(gone) > 10
    assert left_of(gone, raw) == [], "a ciphertext is still in the file, the log or a free page"
    assert fingerprint not in raw
    assert traces(personal, raw) == []
    assert left_of(await sealed(services), raw), "the other client and the worker are still there"
    assert services.vault.fingerprint(other.user.id, "client").encode() in raw
    await house.service.restart()
    assert traces(personal, files(tmp_path)) == left_of(gone, files(tmp_path)) == []


async def test_a_conversation_that_agreed_to_nothing_leaves_no_ciphertext_either(
    house: Talk, tmp_path: Path
) -> None:
    """`/stop` in the middle of a round, by somebody of whom nothing else was ever kept."""
    aino = house.client(NAME)
    await aino.begins()
    await aino.rates({"mind": WORDS}, mind=1, friends=1)
    told = await sealed(house.services)
    assert left_of(told, files(tmp_path))
    await aino.says("/stop")
    await house.simulator.clock.forward(housekeeping.SCRUB_EVERY + timedelta(seconds=1))
    await housekeeping.tick(house.services)
    gone = told - await sealed(house.services)
    assert len(gone) >= 2
    assert left_of(gone, files(tmp_path)) == []
