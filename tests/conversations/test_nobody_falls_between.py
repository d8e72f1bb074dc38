"""Nobody falls between: requests that nobody takes, ends that one side calls, calls that never came, chats that are
closed. Through both bots and the courier as they run, with a clock that is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.grants import Role
from bot.core.requests import State
from bot.services import housekeeping, requests
from bot.simulator.driver import Phone
from tests.conversations.people import Client
from tests.conversations.test_enquiry_talk import Town, showing, town_in

WORDS = {"mind": "en saa nukuttua"}
ACCEPT, CLOSE, UNDO = "🙋 Otan tämän", "✔️ Lopeta pyyntö", "↩️ Peru lopetus"
DAY = timedelta(days=1)


class Neighbourhood:
    """A town, and the ways in which its people could lose each other."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def time_passes(self, by: timedelta) -> None:
        await self.town.simulator.clock.forward(by)
        await housekeeping.tick(self.town.services)
        await self.town.settled()

    async def asked(self, words: dict[str, str] | None = None) -> Client:
        aino = self.town.client("Aino")
        await aino.begins()
        await aino.asks_for_contact(words or WORDS)
        await self.town.settled()
        return aino

    async def state(self, client: Client) -> State:
        return (await requests.mine(self.town.services, client.user.id))[0].state

    async def presses(self, phone: Phone, label: str) -> None:
        await phone.presses(label)
        await self.town.settled()

    async def in_hand(self) -> tuple[Phone, Client]:
        leena = await self.town.worker("Leena")
        aino = await self.asked()
        await self.presses(leena, ACCEPT)
        await self.presses(leena, "🤝 Yhteys saatu")
        return leena, aino

    async def at_the_request(self, client: Client) -> None:
        await client.says("/my")
        await client.taps("request")


@pytest.fixture(scope="module")
async def one_town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town_in(tmp_path_factory.mktemp("between")) as opened:
        yield opened


@pytest.fixture
async def place(one_town: Town) -> AsyncIterator[Neighbourhood]:
    """New people in every test."""
    yield Neighbourhood(one_town)
    await one_town.settled()
    await one_town.ends()
    await one_town.settled()
    one_town._clients.clear()
    one_town._workers.clear()


@pytest.fixture
async def later(tmp_path: Path) -> AsyncIterator[Neighbourhood]:
    """For a test that moves the clock."""
    async with town_in(tmp_path) as opened:
        yield Neighbourhood(opened)


# Nobody takes it


async def test_a_request_that_nobody_takes_goes_all_the_way_to_the_client(later: Neighbourhood) -> None:
    leena = await later.town.worker("Leena")
    pirjo = await later.town.worker("Pirjo", role=Role.CONTACT_PERSON)
    kaisa = await later.town.worker("Kaisa", "hyvaks", Role.COORDINATOR)
    aino = await later.asked()
    await pirjo.says("/help")
    await kaisa.says("/help")

    await later.time_passes(2 * DAY)
    assert "Kukaan ei ole ottanut tätä 2 työpäivään." in pirjo.screen
    assert showing(pirjo, "hteydenottopyyntö #1") == 1, "the card is the newest message, and there is one"
    assert showing(leena, "työpäivään") == 0
    assert showing(kaisa, "odottaa ottajaa") == 0

    await later.time_passes(4 * DAY)
    assert "Pyyntö odottaa ottajaa" in kaisa.screen
    assert "Mielenterveysyhdistys Kello" in kaisa.screen
    assert "4 työpäivää" in kaisa.screen
    assert "Mieli" not in kaisa.screen, "not even what it is about"
    assert "ei ole vielä ottanut pyyntöäsi" not in aino.transcript()

    await later.time_passes(DAY)
    assert "Mielenterveysyhdistys Kello ry ei ole vielä ottanut pyyntöäsi. Se on odottanut 5 työpäivää." in (
        aino.screen
    )
    assert "Se ei johdu sinusta." in aino.screen
    assert aino.buttons == ["🔎 Etsitään muuta", "⏳ Odotan vielä", "Avaa pyyntö", "Peru suostumus"]
    await later.time_passes(30 * DAY)
    assert aino.transcript().count("ei ole vielä ottanut pyyntöäsi") == 1

    await aino.presses("⏳ Odotan vielä")
    assert "Selvä, odotetaan." in aino.screen
    await later.presses(pirjo, ACCEPT)
    assert "Pirjo" in aino.screen, "late is told like any other time"
    assert WORDS["mind"] in pirjo.screen
    assert WORDS["mind"] not in kaisa.transcript()


async def test_somebody_who_takes_it_in_time_disturbs_nobody(later: Neighbourhood) -> None:
    leena = await later.town.worker("Leena")
    kaisa = await later.town.worker("Kaisa", "hyvaks", Role.COORDINATOR)
    aino = await later.asked()
    await later.presses(leena, ACCEPT)
    await later.time_passes(20 * DAY)
    assert showing(kaisa, "Pyyntö odottaa ottajaa") == 0
    assert "ei ole vielä ottanut" not in aino.transcript()


async def test_a_coordinator_reminds_and_tells_the_client(later: Neighbourhood) -> None:
    leena = await later.town.worker("Leena")
    kaisa = await later.town.worker("Kaisa", "hyvaks", Role.COORDINATOR)
    aino = await later.asked()
    await kaisa.says("/waiting")
    assert "#1 · Mielenterveysyhdistys Kello ry · 0 työpäivää" in kaisa.screen
    await later.time_passes(2 * DAY)
    await later.presses(kaisa, "🔔 Muistuta järjestöä")
    assert kaisa.toast == "Muistutus lähtee."
    assert "Palvelun koordinaattori muistuttaa tästä pyynnöstä." in leena.screen
    await later.presses(kaisa, "💬 Kerro asiakkaalle nyt")
    assert "ei ole vielä ottanut pyyntöäsi" in aino.screen
    assert "asiakkaalle on kerrottu" in kaisa.screen
    await later.presses(leena, ACCEPT)
    await kaisa.presses("🔔 Muistuta järjestöä")
    assert kaisa.toast == "Tämä pyyntö ei enää odota ottajaa."
    await kaisa.says("/waiting")
    assert "Yksikään pyyntö ei odota ottajaa." in kaisa.screen


async def test_from_the_news_a_client_finds_others_or_withdraws(later: Neighbourhood) -> None:
    await later.town.worker("Leena")
    aino = await later.asked()
    await later.time_passes(6 * DAY)
    await aino.presses("Peru suostumus")
    assert await later.state(aino) is State.WITHDRAWN


# Both end it


async def test_a_request_ends_when_both_have_said_so(place: Neighbourhood) -> None:
    leena, aino = await place.in_hand()
    await leena.presses(CLOSE)
    await place.presses(leena, "Sai apua")
    assert WORDS["mind"] in leena.transcript(), "it is still in hand"
    assert "kertoo, että olet saanut apua." in aino.screen
    assert "Sopiiko, että tämä pyyntö päättyy?" in aino.screen
    assert "25.3." in aino.screen
    assert await place.state(aino) is State.CLOSING
    await place.presses(aino, "✅ Kyllä, se sopii")
    assert "Pyyntö on nyt päättynyt." in aino.screen
    assert "Päättynyt: sai apua." in leena.transcript()
    assert WORDS["mind"] not in leena.transcript()


async def test_a_client_who_still_needs_help_says_so_and_writes_a_word(place: Neighbourhood) -> None:
    leena, aino = await place.in_hand()
    await leena.presses(CLOSE)
    await place.presses(leena, "Asiakas ei enää tarvitse")
    await place.presses(aino, "Ei, tarvitsen vielä apua")
    assert "Selvä, pyyntösi jatkuu." in aino.screen
    assert "asiakas tarvitsee vielä apua" in leena.screen
    await aino.presses("✍️ Kirjoita työntekijälle")
    await aino.says("Olin vain väsynyt.")
    await place.town.settled()
    assert "Olin vain väsynyt." in leena.screen
    assert await place.state(aino) is State.CONTACTED


async def test_a_slip_is_taken_back_and_a_client_who_was_asked_hears_it(place: Neighbourhood) -> None:
    leena, aino = await place.in_hand()
    await leena.presses(CLOSE)
    await place.presses(leena, "Asiakas ei enää tarvitse")
    question = aino.messages[-1]
    await place.presses(leena, UNDO)
    assert leena.toast == "Lopetus on peruttu."
    assert "Pyyntösi jatkuu." in aino.screen
    await aino.presses_on(question, "✅ Kyllä, se sopii")
    assert await place.state(aino) is State.CONTACTED, "the question is not open any more"
    assert "ottaneensa sinuun yhteyttä" in aino.chat.messages[question.id].text


async def test_the_client_says_first_that_it_is_over(place: Neighbourhood) -> None:
    leena, aino = await place.in_hand()
    await place.at_the_request(aino)
    await aino.presses("✔️ En tarvitse enää tätä")
    assert "viimeistään 14 päivän kuluttua" in aino.screen
    await aino.taps("end")
    await place.town.settled()
    assert "Olet kertonut, ettet enää tarvitse tätä." in aino.window.text
    assert "asiakas kertoo, ettei enää tarvitse tätä" in leena.screen
    await leena.presses(CLOSE)
    await place.presses(leena, "Asiakas ei enää tarvitse")
    assert "Pyyntö on päättynyt, kuten toivoit." in aino.screen


async def test_a_client_may_take_it_back_and_may_end_what_nobody_has(place: Neighbourhood) -> None:
    leena, aino = await place.in_hand()
    await place.at_the_request(aino)
    await aino.taps("over")
    await aino.taps("end")
    await aino.taps("over")
    assert "Jos tarvitset sittenkin apua" in aino.window.text
    await aino.taps("go_on")
    assert await place.state(aino) is State.CONTACTED
    pekka = await place.asked()
    await place.at_the_request(pekka)
    await pekka.taps("over")
    assert "se päättyy heti" in pekka.window.text
    await pekka.taps("end")
    assert await place.state(pekka) is State.CLOSED
    assert leena.user.first_name == "Leena"


async def test_when_nobody_answers_it_closes_and_both_are_told(later: Neighbourhood) -> None:
    leena, aino = await later.in_hand()
    await leena.presses(CLOSE)
    await later.presses(leena, "Sai apua")
    await later.time_passes(13 * DAY)
    assert await later.state(aino) is State.CLOSING
    await later.time_passes(DAY)
    assert await later.state(aino) is State.CLOSED
    assert "koska en saanut sinulta vastausta. Se ei haittaa." in aino.screen
    assert "on päättynyt, koska vastausta ei tullut" in leena.screen


@pytest.mark.parametrize("outcome", ["Meillä ei ole tilaa", "Emme ole oikea paikka"])
async def test_who_is_told_not_us_is_asked_nothing_and_offered_others(
    place: Neighbourhood, outcome: str
) -> None:
    leena, aino = await place.in_hand()
    await leena.presses(CLOSE)
    await place.presses(leena, outcome)
    assert await place.state(aino) is State.CLOSED
    assert "Sopiiko" not in aino.screen
    assert "Etsitään muuta" in " ".join(aino.buttons)
    await aino.presses("🔎 Etsitään muuta")
    assert "door" in {widget.partition(":")[0] for widget in aino.widgets}


# Two stories


async def test_a_call_that_never_came_opens_it_again(place: Neighbourhood) -> None:
    pirjo = await place.town.worker("Pirjo", role=Role.CONTACT_PERSON)
    leena, aino = await place.in_hand()
    assert "kertoo ottaneensa sinuun yhteyttä" in aino.screen
    await place.presses(aino, "Kukaan ei ole ottanut yhteyttä")
    assert "yrittää uudelleen" in aino.screen
    assert "Tarkistan yhteystietoni" in aino.buttons
    assert "numero voi olla väärä" in leena.screen
    assert "Pyyntöä hoitaa Leena." in pirjo.screen
    assert await place.state(aino) is State.ACCEPTED
    await pirjo.says("/mismatches")
    (mine,) = await requests.mine(place.town.services, aino.user.id)
    assert f"#{mine.id} · Leena · 11.3.2026" in pirjo.screen
    await leena.says("/mismatches")
    assert "yhteyshenkilöille ja koordinaattoreille" in leena.screen

    await leena.says("/requests")
    await place.presses(leena, "🤝 Yhteys saatu")
    await place.presses(aino, "✅ Kyllä, minuun otettiin yhteyttä")
    await pirjo.says("/mismatches")
    assert "ei ole nyt mitään" in pirjo.screen


async def test_it_can_be_said_in_my_matters_and_the_number_put_right(place: Neighbourhood) -> None:
    leena, aino = await place.in_hand()
    await place.at_the_request(aino)
    await aino.taps("nobody")
    await aino.taps("nobody")
    await place.town.settled()
    assert "merkitsit yhteyden saaduksi" in leena.screen
    await aino.taps("check")
    assert any(widget.startswith("item:") for widget in aino.widgets)
    await place.at_the_request(aino)
    assert "Kerroit, ettei sinuun ole otettu yhteyttä." in aino.window.text
    await aino.taps("called")
    assert await place.state(aino) is State.CONTACTED


# A chat that is closed


async def test_the_worker_hears_that_the_chat_reaches_nobody_and_that_it_does_again(
    place: Neighbourhood,
) -> None:
    pekka = await place.town.worker("Pekka")
    leena, aino = await place.in_hand()
    await aino.blocks()
    await place.town.settled()
    assert "asiakas on sulkenut chatin" in leena.screen
    assert "Numeroa hän ei ole antanut." in leena.screen
    assert "sulkenut chatin" not in pekka.transcript()
    assert showing(leena, "⚠️ Asiakas on sulkenut chatin.") == 1
    await aino.unblocks()
    await place.town.settled()
    assert showing(leena, "⚠️ Asiakas on sulkenut chatin.") == 0, "the card follows"
