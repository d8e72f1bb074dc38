"""A worker and a client agree on a meeting, are reminded of it, and meet, or try again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bot.demo import CLIENT_TOKEN, STAFF_TOKEN, settings_for
from bot.services import consents
from bot.simulator.api import Simulator
from bot.simulator.chats import Message
from bot.simulator.driver import Phone
from tests.conftest import START
from tests.conversations.people import Client
from tests.conversations.talking import Service, Talk, service

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.fixture(scope="module")
async def own_service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """Not the one of other files, for here the clock goes on."""
    simulator = Simulator(START)
    simulator.add_bot(CLIENT_TOKEN, "rinnalla_demo_bot", "Rinnalla")
    simulator.add_bot(STAFF_TOKEN, "rinnalla_tyo_bot", "Rinnalla – työntekijät")
    async with simulator:
        settings = settings_for(simulator.url, tmp_path_factory.mktemp("meetings"))
        async with service(simulator, settings) as started:
            yield started


@pytest.fixture
async def talk(own_service: Service) -> AsyncIterator[Talk]:
    people = Talk(own_service)
    yield people
    await people.ends()
    own_service.simulator.clock.rewind()


async def in_touch(talk: Talk) -> tuple[Phone, Client]:
    """Leena has Aino's request."""
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    return leena, aino


async def proposes(leena: Phone, times: str = "ma 16.3. klo 10") -> None:
    await leena.presses("📅 Ehdota aikoja")
    await leena.says(times)
    if "Nämä riittävät" in "".join(leena.buttons):
        await leena.presses("Nämä riittävät")
    if "📍 Paikan päällä" in leena.buttons:
        await leena.presses("Paikan päällä")
        await leena.says("Asemakatu 2, punainen ovi")
        await leena.presses("Vain minä")
        await leena.says("laskut & päätökset")
    await leena.presses("Lähetä")


async def agree(talk: Talk) -> tuple[Phone, Client]:
    leena, aino = await in_touch(talk)
    await proposes(leena)
    await aino.waits_for("ehdottaa sinulle tapaamista")
    await aino.presses("Katson ajat")
    await aino.presses("ma 16.3. klo 10.00")
    await aino.waits_for("Aika on sovittu")
    return leena, aino


def entry(message: Message) -> dict[str, str]:
    """The event in the file of a message."""
    assert message.document is not None
    calendar = Calendar.from_ical(message.document)
    (event,) = calendar.walk("VEVENT")
    return {name: str(event.get(name)) for name in ("uid", "sequence", "status", "summary")} | {
        "start": f"{event.decoded('dtstart').astimezone(HELSINKI):%d.%m. %H:%M}"
    }


async def goes_to(talk: Talk, local: str) -> None:
    """The clock of the telephones moves on, and the courier looks."""
    at = datetime.fromisoformat(local).replace(tzinfo=HELSINKI)
    await talk.simulator.clock.forward(at - talk.simulator.clock.now())
    talk.services.bell.set()


async def test_the_worker_proposes_and_the_client_picks(talk: Talk) -> None:
    leena, aino = await in_touch(talk)
    await leena.presses("📅 Ehdota aikoja")
    assert "Mitä aikoja ehdotat?" in leena.sees
    await leena.presses("ma 16.3.")
    await leena.presses("9.00")
    await leena.says("ti 17.3. klo 12.30")
    await leena.says("ke 18.3. klo 14")
    await leena.presses("Puhelu")
    await leena.presses("Minä soitan")
    await leena.says("sosiaaliohjaaja Pekka")
    await leena.presses("Ei mitään erityistä")
    assert "sosiaaliohjaaja Pekka" in leena.sees
    await leena.presses("Lähetä")
    assert leena.toast == "Ajat lähtevät asiakkaalle. Kerron heti, kun hän vastaa."
    proposal = await aino.waits_for("ehdottaa sinulle tapaamista")
    assert "• ma 16.3. klo 9.00\n• ti 17.3. klo 12.30\n• ke 18.3. klo 14.00" in proposal.text
    await aino.presses("Katson ajat")
    assert [label for label in aino.buttons if "klo" in label] == [
        "ma 16.3. klo 9.00",
        "ti 17.3. klo 12.30",
        "ke 18.3. klo 14.00",
    ]
    await aino.presses("ti 17.3. klo 12.30")
    confirmed = await aino.waits_for("Aika on sovittu")
    for told in ("ti 17.3. klo 12.30", "Leena", "Työntekijä soittaa", "sosiaaliohjaaja Pekka"):
        assert told in confirmed.text
    assert entry(confirmed)["start"] == "17.03. 12:30"
    assert "ti 17.3. klo 12.30" in (await leena.waits_for("Asiakas valitsi ajan")).text


async def test_times_are_typed_as_people_write_them_and_slips_are_answered_kindly(talk: Talk) -> None:
    leena, _aino = await in_touch(talk)
    await leena.presses("📅 Ehdota aikoja")
    for slip, answer in (
        ("joskus", "En saanut selvää"),
        ("ti 16.3. klo 10", "eivät kuulu yhteen"),
        ("10.3. klo 10", "on jo mennyt"),
        ("31.2. klo 10", "ei ole kalenterissa"),
        ("16.3.2029 klo 10", "yli vuoden päässä"),
        ("16.3. klo 10, 17.3. klo 10, 18.3. klo 10, 19.3. klo 10", "Enintään 3 aikaa"),
    ):
        await leena.says(slip)
        assert answer in leena.sees, slip
    await leena.says("16.3. klo 3")
    assert "yöllä" in leena.sees
    await leena.presses("Ei, annan toisen ajan")
    await leena.says("huomenna 9.15 tai ma 16.3. kello 10")
    assert "• to 12.3. klo 9.15\n• ma 16.3. klo 10.00" in leena.sees


async def test_the_client_asks_for_other_times_and_gets_them(talk: Talk) -> None:
    leena, aino = await in_touch(talk)
    await proposes(leena)
    await aino.waits_for("ehdottaa sinulle tapaamista")
    await aino.presses("Katson ajat")
    await aino.presses("Mikään näistä ei sovi")
    await aino.says("vain iltapäivisin <3")
    await leena.waits_for("toivoo muita aikoja")
    await leena.waits_for("vain iltapäivisin <3")
    await proposes(leena, "ti 17.3. klo 15")
    await aino.waits_for("ti 17.3. klo 15.00")
    await aino.presses("Katson ajat")
    await aino.presses("ti 17.3. klo 15.00")
    assert "laskut & päätökset" in (await aino.waits_for("Aika on sovittu")).text


async def test_the_client_may_decline(talk: Talk) -> None:
    leena, aino = await in_touch(talk)
    await proposes(leena)
    await aino.waits_for("ehdottaa sinulle tapaamista")
    await aino.presses("Katson ajat")
    await aino.presses("En halua tapaamista nyt")
    assert "Se on ihan hyvä vastaus" in aino.window.text
    await leena.waits_for("ei halua tapaamista nyt")


async def test_a_reminder_comes_at_its_moment_and_its_answer_reaches_the_worker(talk: Talk) -> None:
    leena, aino = await agree(talk)
    await goes_to(talk, "2026-03-15 09:59")
    await aino.quiet()
    assert "Muistutus" not in aino.sees
    await goes_to(talk, "2026-03-15 10:00")
    reminder = await aino.waits_for("Muistutus")
    assert f"{reminder.date.astimezone(HELSINKI):%d.%m. %H:%M}" == "15.03. 10:00"
    for told in ("ma 16.3. klo 10.00", "Leena", "Asemakatu 2, punainen ovi", "laskut & päätökset"):
        assert told in reminder.text
    assert [[button["text"] for button in row] for row in reminder.buttons] == [
        ["Tulen", "En pääse", "Toinen aika"]
    ]
    await aino.presses("Tulen")
    assert "Leena tietää nyt, että tulet" in aino.sees
    await leena.waits_for("Asiakas tulee")
    assert [button["text"] for button in reminder.buttons[0]] == ["✅ Tulen", "En pääse", "Toinen aika"]
    await goes_to(talk, "2026-03-16 08:00")
    await aino.waits_for("Muistutus")
    await aino.presses("Toinen aika")
    assert "Leena ehdottaa sinulle uusia aikoja" in aino.sees
    await leena.waits_for("toivoo muita aikoja")
    await aino.presses_on(reminder, "En pääse")
    assert "Tämä aika on jo muuttunut" in aino.sees


async def test_who_cannot_come_may_still_ask_for_another_time(talk: Talk) -> None:
    leena, aino = await agree(talk)
    await goes_to(talk, "2026-03-15 10:00")
    reminder = await aino.waits_for("Muistutus")
    await aino.presses("En pääse")
    assert "Kiitos, että kerroit" in aino.sees
    gone = await aino.waits_for("on peruttu. Kerroin")
    assert entry(gone)["status"] == "CANCELLED"
    await leena.waits_for("Asiakas ei pääse")
    await aino.presses_on(reminder, "Toinen aika")
    assert "ehdottaa sinulle uusia aikoja" in aino.sees
    await leena.waits_for("toivoo muita aikoja")
    await goes_to(talk, "2026-03-16 09:00")
    await aino.quiet()
    assert "Muistutus" not in aino.sees


async def test_a_moved_meeting_keeps_its_place_in_calendars(talk: Talk) -> None:
    leena, aino = await agree(talk)
    before = entry(next(message for message in aino.messages if message.document))
    await leena.presses("Avaa tapaaminen")
    await leena.presses("Ehdota muita aikoja")
    await leena.says("ti 17.3. klo 13")
    await leena.presses("Nämä riittävät")
    await leena.presses("Lähetä")
    await aino.waits_for("Sovittu aika ei enää käy")
    await aino.presses("Katson ajat")
    await aino.presses("ti 17.3. klo 13.00")
    after = entry(await aino.waits_for("Aika on sovittu"))
    assert (after["uid"], after["start"]) == (before["uid"], "17.03. 13:00")
    assert int(after["sequence"]) > int(before["sequence"])
    await goes_to(talk, "2026-03-15 11:00")
    await aino.quiet()
    assert "Muistutus" not in aino.sees
    await goes_to(talk, "2026-03-16 13:00")
    assert "ti 17.3. klo 13.00" in (await aino.waits_for("Muistutus")).text


async def test_either_side_cancels(talk: Talk) -> None:
    leena, aino = await agree(talk)
    await aino.says("/omat")
    await aino.presses("📅 Tapaamiset (1)")
    await aino.presses("📅 ma 16.3. klo 10.00")
    await aino.presses("Perun ajan")
    await aino.presses("Kyllä, perun ajan")
    assert "Peruit tämän tapaamisen" in aino.window.text
    await leena.waits_for("Asiakas perui ajan")
    await proposes(leena, "ti 17.3. klo 10")
    await aino.waits_for("ehdottaa sinulle tapaamista")
    await aino.presses("Katson ajat")
    await aino.presses("ti 17.3. klo 10.00")
    await leena.waits_for("Asiakas valitsi ajan")
    await leena.presses("Avaa tapaaminen")
    await leena.presses("Peru aika")
    await leena.presses("Kyllä, peru")
    told = await aino.waits_for("Se ei johdu sinusta")
    assert entry(told)["summary"].startswith("Peruttu:")
    await aino.presses("Toivon toista aikaa")
    await aino.presses("Lähetä ilman viestiä")
    await leena.waits_for("toivoo muita aikoja")


async def test_a_missed_meeting_brings_a_kind_word_and_a_second_one_advice(talk: Talk) -> None:
    leena, aino = await agree(talk)
    await goes_to(talk, "2026-03-16 11:00")
    await leena.waits_for("Tuliko asiakas")
    await leena.presses("Ei tullut")
    kind = await aino.waits_for("Tapaaminen jäi tällä kertaa väliin")
    for blame in ("et tullut", "unohdit", "olisi pitänyt", "jätit"):
        assert blame not in kind.text.lower()
    await aino.presses("Toivon uutta aikaa")
    await aino.presses("Lähetä ilman viestiä")
    await leena.waits_for("asiakas toivoo uutta aikaa")
    await proposes(leena, "ti 17.3. klo 10")
    await aino.waits_for("ti 17.3. klo 10.00")
    await aino.presses("Katson ajat")
    await aino.presses("ti 17.3. klo 10.00")
    await goes_to(talk, "2026-03-17 11:00")
    await leena.waits_for("Tuliko asiakas")
    await leena.presses("Ei tullut")
    await aino.waits_for("Tapaaminen jäi tällä kertaa väliin")
    assert "kysy viestillä" in (await leena.waits_for("on jäänyt väliin jo 2")).text


async def test_meetings_fall_away_with_the_consent_and_both_are_told(talk: Talk) -> None:
    leena, aino = await agree(talk)
    await aino.says("perun suostumukseni")
    assert entry(await aino.waits_for("koska pyyntö tai suostumus on päättynyt"))["status"] == "CANCELLED"
    assert "ma 16.3. klo 10.00" in (await leena.waits_for("koska suostumus on päättynyt")).text
    await leena.press_raw(leena.messages[-1].id, "a:show:1")
    await goes_to(talk, "2026-03-15 10:00")
    await aino.quiet()
    assert "Muistutus" not in aino.sees
    assert await consents.mine(talk.services, aino.user.id) == []


async def test_stop_stops_reminders_and_leaves_what_was_agreed_on(talk: Talk) -> None:
    _leena, aino = await agree(talk)
    await aino.says("/stop")
    await goes_to(talk, "2026-03-15 10:00")
    await aino.quiet()
    assert "Muistutus" not in aino.sees
    await aino.says("/omat")
    await aino.presses("📅 Tapaamiset (1)")
    assert "📅 ma 16.3. klo 10.00" in aino.buttons


async def test_over_the_change_to_summer_time_reminders_come_by_the_clock_on_the_wall(talk: Talk) -> None:
    leena, aino = await in_touch(talk)
    await proposes(leena, "su 29.3. klo 12")
    await aino.waits_for("ehdottaa sinulle tapaamista")
    await aino.presses("Katson ajat")
    await aino.presses("su 29.3. klo 12.00")
    await aino.waits_for("Aika on sovittu")
    for moment in ("2026-03-28 12:00", "2026-03-29 10:00"):
        await goes_to(talk, moment)
        reminder = await aino.waits_for("Muistutus")
        assert f"{reminder.date.astimezone(HELSINKI):%Y-%m-%d %H:%M}" == moment
        await aino.presses("Tulen")


@pytest.mark.parametrize("late", [timedelta(hours=23), timedelta(hours=30)])
async def test_a_reminder_is_never_sent_late(talk: Talk, late: timedelta) -> None:
    """The clock leaps over its moment, as if the service had stood still."""
    _leena, aino = await agree(talk)
    at = datetime(2026, 3, 15, 10, tzinfo=HELSINKI) + late
    await talk.simulator.clock.forward(at - talk.simulator.clock.now())
    talk.services.bell.set()
    await aino.quiet()
    assert "Muistutus" not in aino.sees


async def test_the_windows_are_doors_to_each_other(talk: Talk) -> None:
    _leena, aino = await agree(talk)
    await aino.presses("Avaa tapaaminen")
    assert "Tästä on sovittu" in aino.window.text
    await aino.presses("Kalenteritiedosto")
    assert entry(next(message for message in reversed(aino.messages) if message.document))
    await aino.presses("Toivon toista aikaa")
    await aino.presses("Takaisin, en muuta mitään")
    await aino.presses("Kaikki tapaamiset")
    assert "Tapaamiset" in aino.window.text
    await aino.presses("Takaisin")
