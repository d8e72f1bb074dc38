"""What a contact person and a coordinator are told and can do, in their chats."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.grants import Role
from bot.core.requests import Outcome, Step
from bot.services import caseload, closing, housekeeping, mismatches, staff
from tests.services.people import HELPS, NAME, OTHER, PHONE, WORDS, request
from tests.staff.office import Office, WorkersPhone

ACCEPT = "🙋 Otan tämän"
REMIND, TELL = "🔔 Muistuta järjestöä", "💬 Kerro asiakkaalle nyt"
NOT_YOURS = "Tämä lista on yhteyshenkilöille ja koordinaattoreille."
SORRY = "Anteeksi, jokin meni rikki"
DAY = timedelta(days=1)


async def passes(office: Office, days: int) -> None:
    await office.simulator.clock.forward(days * DAY)
    await housekeeping.tick(office.services)
    await office.settled()


async def coordinator(office: Office) -> WorkersPhone:
    return await office.worker("Kaisa", OTHER, role=Role.COORDINATOR)


@pytest.mark.parametrize(
    ("role", "told", "not_told"),
    [
        (Role.WORKER, "/requests", "/waiting"),
        (Role.CONTACT_PERSON, "Olet yhteyshenkilö", "koordinaattori"),
        (Role.COORDINATOR, "Asiakkaiden tietoja et näe.", "/requests"),
    ],
)
async def test_the_welcome_tells_what_the_role_is_for(
    office: Office, role: Role, told: str, not_told: str
) -> None:
    phone = await office.worker(role=role)
    assert told in phone.screen
    assert not_told not in phone.screen


@pytest.mark.parametrize("command", ["/waiting", "/odottavat", "/vantar", "/mismatches", "/ristiriidat"])
async def test_a_worker_oversees_nothing_and_is_told_where_to_look(office: Office, command: str) -> None:
    leena = await office.worker()
    await office.client().asks()
    await leena.says(command)
    assert NOT_YOURS in leena.screen


async def test_a_contact_person_sees_what_waits_and_opens_it(office: Office) -> None:
    pirjo, aino = await office.worker("Pirjo", role=Role.CONTACT_PERSON), office.client()
    first = await aino.asks()
    await passes(office, 1)
    second = await aino.asks()
    await pirjo.says("/waiting")
    assert f"#{first} · 1 työpäivä\n#{second} · 0 työpäivää" in pirjo.screen
    await pirjo.presses(f"Pyyntö #{first}")
    assert "Uusi yhteydenottopyyntö" in pirjo.screen
    await pirjo.presses(ACCEPT)
    assert NAME in pirjo.screen


async def test_a_late_request_is_told_of_once_with_its_card(office: Office) -> None:
    pirjo, leena = await office.worker("Pirjo", role=Role.CONTACT_PERSON), await office.worker()
    request_id = await office.client().asks()
    await passes(office, 2)
    await passes(office, 0)
    assert pirjo.showing(f"yhteydenottopyyntö #{request_id}") == 1
    assert pirjo.showing("⏰ Kukaan ei ole ottanut tätä 2 työpäivään.") == 1
    assert leena.showing("⏰") == 0
    await leena.presses(ACCEPT)
    assert pirjo.showing("⏰") == 0
    assert pirjo.showing("Tämän otti Leena.") == 1


async def test_news_that_is_no_longer_true_is_not_told(office: Office) -> None:
    """It was taken in the night, before the message went."""
    pirjo, leena = await office.worker("Pirjo", role=Role.CONTACT_PERSON), await office.worker()
    kaisa = await coordinator(office)
    await office.simulator.clock.forward(timedelta(hours=12))
    request_id = await office.client().asks()
    await passes(office, 2)
    assert pirjo.showing("⏰") == 0, "it is ten in the evening"
    await caseload.take(office.services, await leena.id(), request_id, Step.ACCEPT)
    await office.simulator.clock.forward(timedelta(hours=12))
    await office.settled()
    assert pirjo.showing("⏰") == kaisa.showing("⏰") == 0


async def test_a_coordinator_sees_no_more_than_that_it_waits(office: Office) -> None:
    await office.worker()
    kaisa, aino = await coordinator(office), office.client()
    request_id = await aino.asks()
    await passes(office, 2)
    assert "Pyyntö odottaa ottajaa" in kaisa.screen
    assert kaisa.buttons == [REMIND, TELL]
    for text in kaisa.written:
        assert not any(word in text for word in (NAME, WORDS, HELPS, PHONE, "Rahat", "rahat"))
    await kaisa.presses(TELL)
    assert kaisa.toast == "Asiakas saa tiedon."
    assert "ei ole vielä ottanut pyyntöäsi" in aino.received[-1]
    assert kaisa.buttons == [REMIND]
    await kaisa.says("/requests")
    assert "Koordinaattori ei ota pyyntöjä." in kaisa.screen
    await kaisa.press_raw(kaisa.messages[-1].id, f"r:accept:{request_id}")
    assert (await request(office.services, request_id)).state == "open"


@pytest.mark.parametrize(
    "data", ["q:", "q:tell:", "q:remind:0", "q:tell:²", "q:show:99999999999", "q:boss:1"]
)
async def test_nonsense_in_a_coordinators_button_does_nothing(office: Office, data: str) -> None:
    kaisa, aino = await coordinator(office), office.client()
    await aino.asks()
    await kaisa.press_raw(kaisa.messages[-1].id, data)
    assert kaisa.pressed is not None
    assert kaisa.pressed.answered
    assert kaisa.showing(SORRY) == 0
    assert len(aino.received) == 1


@pytest.mark.parametrize("action", ["show", "remind", "tell"])
async def test_a_coordinators_button_does_nothing_for_others(office: Office, action: str) -> None:
    leena = await office.worker()
    pirjo = await office.worker("Pirjo", role=Role.CONTACT_PERSON)
    former = await coordinator(office)
    request_id = await office.client().asks()
    await passes(office, 2)
    await staff.remove(office.services, await former.id())
    before = len(office.simulator.chat(office.staff_bot, leena.user).messages)
    for phone in (leena, pirjo, former):
        await phone.press_raw(phone.messages[-1].id, f"q:{action}:{request_id}")
        assert phone.pressed is not None
        assert phone.pressed.alert
    assert len(office.simulator.chat(office.staff_bot, leena.user).messages) == before
    assert (await request(office.services, request_id)).rescue_step == 1


async def test_two_stories_are_on_the_list_without_anything_personal(office: Office) -> None:
    leena, pirjo = await office.worker(), await office.worker("Pirjo", role=Role.CONTACT_PERSON)
    kaisa, aino = await coordinator(office), office.client()
    request_id = await aino.asks()
    await leena.presses(ACCEPT)
    await leena.presses("🤝 Yhteys saatu")
    await mismatches.nobody_called(office.services, aino.user.id, request_id)
    await office.settled()
    assert "numero voi olla väärä" in leena.screen
    assert "Pyyntöä hoitaa Leena." in pirjo.screen
    await kaisa.says("/mismatches")
    assert f"#{request_id} · Mielenterveysyhdistys Kello ry" in kaisa.screen
    assert "Leena" not in kaisa.screen
    assert NAME not in "".join(kaisa.written + pirjo.written)


async def test_what_the_client_calls_over_the_worker_closes_from_the_message(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    request_id = await aino.asks()
    await leena.presses(ACCEPT)
    await closing.end(office.services, aino.user.id, request_id)
    await office.settled()
    assert "asiakas kertoo, ettei enää tarvitse tätä" in leena.screen
    await leena.presses("✔️ Lopeta pyyntö")
    assert len(leena.buttons) == len(Outcome) + 1
    await leena.presses("Asiakas ei enää tarvitse")
    assert (await request(office.services, request_id)).state == "closed"
    assert NAME not in "".join(leena.written)


async def test_a_closed_chat_is_told_with_what_to_do(office: Office) -> None:
    from bot.core.consent import Reach
    from bot.services import clients

    leena, pekka, aino = await office.worker(), await office.worker("Pekka"), office.client()
    await aino.asks(reach=Reach.PHONE, phone=PHONE)
    await leena.presses(ACCEPT)
    await clients.chat_reachable(office.services, aino.user.id, False)
    await office.settled()
    assert "asiakas on sulkenut chatin" in leena.screen
    assert "Voit soittaa hänelle. Numero on pyynnössä." in leena.screen
    assert pekka.showing("sulkenut") == 0
    await aino.withdraws()
    await clients.chat_reachable(office.services, aino.user.id, True)
    await clients.chat_reachable(office.services, aino.user.id, False)
    await office.settled()
    assert leena.showing("asiakas on sulkenut chatin, eivätkä") == 1, "without a consent nothing is told"
