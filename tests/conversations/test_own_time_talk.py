"""What a client keeps in mind for themselves: asked step by step, kept after a yes, reminded of, and forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from bot.demo import CLIENT_TOKEN, STAFF_TOKEN, settings_for
from bot.i18n import LOCALES
from bot.services import clients, own_times
from bot.services.own_times import Draft
from bot.simulator.api import Simulator
from dialogs.states import Matters, OwnTime
from tests.conftest import START
from tests.conversations.inside import Inside, StraightClient, inside
from tests.conversations.people import DANGER
from tests.conversations.places import go_to
from tests.conversations.talking import Talk, service
from tests.services.people import everything


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inside]:
    """Of this file alone, for days and hours are looked at here."""
    async with inside(tmp_path_factory.mktemp("own_times")) as opened:
        yield opened


async def told(client: StraightClient) -> list[str]:
    return [own.title for own in await own_times.mine(client.inside.services, client.user.id)]


# Asked step by step


async def test_a_group_on_tuesdays_at_five(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.taps("matters")
    await client.presses("📅 Oma kalenteri")
    assert "Tässä ei ole vielä mitään." in client.screen
    await client.presses("➕ Lisää muistettavaa")
    await client.says("Vertaisryhmä")
    await client.presses("Joka viikko")
    assert "Minä päivänä se on seuraavan kerran?" in client.screen
    await client.presses("24")
    assert "tiistaina 24.3." in client.screen
    await client.presses("17")
    await client.presses("17.00")
    await client.says("Matarankatu 6")
    assert "ti 24.3. klo 17.00\nVertaisryhmä\n🔁 tiistaisin\n📍 Matarankatu 6" in client.screen
    assert "🔔 Muistutan: 1 päivä ja 2 tuntia ennen" in client.screen
    await client.presses("Kyllä, tallenna")
    assert client.toast == "Tallensin sen kalenteriisi."
    assert await client.place == OwnTime.mine.state
    assert "ti 24.3. klo 17.00\nVertaisryhmä\n🔁 tiistaisin\n📍 Matarankatu 6" in client.screen
    (own,) = await own_times.mine(desk.services, client.user.id)
    assert own.starts_at == datetime(2026, 3, 24, 15, 0, tzinfo=UTC)


async def test_nothing_is_kept_before_the_yes(desk: Inside) -> None:
    client = desk.client()
    before = await everything(desk.services)
    await go_to(client, OwnTime.preview)
    assert "Saanko tallentaa tämän sinulle muistiin?" in client.screen
    left = [line for line in (await everything(desk.services)).splitlines() if line not in before]
    assert {line.split("'")[1] for line in left} <= {"dialog_states", "handled_updates"}
    await client.taps("home")
    assert await clients.seen(desk.services, client.user.id) is None
    await go_to(client, OwnTime.preview)
    await client.taps("save")
    assert await clients.seen(desk.services, client.user.id) == "fi"
    assert await told(client) == ["Ryhmä & <hiljaista>"]
    await client.taps("add")
    await client.says("Toinen")
    await client.taps("often:once")
    await client.presses("25")
    await client.says("9")
    await client.taps("no_place")
    assert "Onko se oikein? Vain sinä näet sen." in client.screen


@pytest.mark.parametrize(("written", "at"), [("17", "17.00"), ("klo 17.30", "17.30"), ("9:05", "9.05")])
async def test_a_time_can_be_written(desk: Inside, written: str, at: str) -> None:
    client = desk.client()
    await go_to(client, OwnTime.hour)
    await client.says(written)
    await client.taps("no_place")
    assert f"ti 24.3. klo {at}" in client.screen


async def test_what_is_no_time_is_asked_again_kindly(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.hour)
    await client.says("iltapäivällä joskus")
    assert "En tunnistanut kellonaikaa." in client.sees
    assert await client.place == OwnTime.hour.state


async def test_danger_in_what_is_written_is_heard_first_and_the_words_are_kept(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.what)
    await client.says(DANGER)
    assert "📞" in client.sees
    await client.taps("go_on")
    assert await client.place == OwnTime.often.state
    assert DANGER in client.screen


async def test_long_words_are_cut_and_that_is_said(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.what)
    await client.says("pitkä " * 100)
    assert "Otin mukaan alun" in client.sees
    assert await client.place == OwnTime.often.state


async def test_starting_over_forgets_what_was_said(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.preview)
    await client.taps("anew")
    await client.says("Hammaslääkäri")
    await client.taps("often:once")
    await client.presses("30")
    await client.says("8.15")
    await client.taps("no_place")
    assert "Hammaslääkäri" in client.screen
    assert "hiljaista" not in client.screen
    assert "🔁" not in client.screen
    assert "📍" not in client.screen


async def test_saving_twice_saves_once(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.preview)
    await client.taps("save", wait=False)
    await client.taps("save")
    assert len(await told(client)) == 1


async def test_a_press_on_an_older_preview_keeps_nothing(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.preview)
    older = {button["text"]: button["callback_data"] for row in client.window.buttons for button in row}
    await client.taps("b_where")
    await client.says("Muualla")
    await client.press_raw(client.window.id, older["Kyllä, tallenna"])
    assert "vanhentunut" in (client.toast or "")
    assert await told(client) == []
    await client.taps("save")
    (own,) = await own_times.mine(desk.services, client.user.id)
    assert own.where == "Muualla"


# The calendar


async def test_the_week_begins_on_monday_and_past_days_are_not_offered(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.day)
    rows = [[button["text"] for button in row] for row in client.window.buttons]
    assert rows[0] == ["🗓 maaliskuu 2026"]
    assert rows[1] == ["ma", "ti", "ke", "to", "pe", "la", "su"]
    assert rows[2] == ["·"] * 7  # 23 February to 1 March
    assert rows[3] == ["·"] * 7
    assert rows[4] == ["·", "·", "•11", "12", "13", "14", "15"]
    assert rows[7] == ["30", "31", "·", "·", "·", "·", "·"]
    assert rows[8] == ["huhtikuu ›"]
    await client.presses("huhtikuu ›")
    assert client.buttons[0] == "🗓 huhtikuu 2026"
    await client.presses("‹ maaliskuu")
    assert client.buttons[0] == "🗓 maaliskuu 2026"


@pytest.mark.parametrize(
    ("locale", "names"),
    [
        ("fi", ["🗓 maaliskuu 2026", "ma", "su", "huhtikuu ›"]),
        ("fi@selko", ["🗓 maaliskuu 2026", "ma", "su", "huhtikuu ›"]),
        ("sv", ["🗓 mars 2026", "må", "sö", "april ›"]),
        ("en", ["🗓 March 2026", "Mo", "Su", "April ›"]),
    ],
)
async def test_the_calendar_speaks_the_clients_language(desk: Inside, locale: str, names: list[str]) -> None:
    assert locale in LOCALES
    client = desk.client()
    await go_to(client, OwnTime.day)
    await client.says("/kieli")
    await client.taps(f"locale:{locale}")
    labels = client.buttons
    assert [labels[0], labels[1], labels[7]] == names[:3]
    assert names[3] in labels


async def test_a_year_ahead_and_no_further(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.day)
    for _ in range(12):
        await client.presses(" ›")
    assert client.buttons[0] == "🗓 maaliskuu 2027"
    assert not [label for label in client.buttons if label.endswith(" ›")]
    assert "11" in client.buttons
    assert "12" not in client.buttons


@pytest.mark.parametrize(
    "data", ["0", "-86400", "99999999999", "1", "abc", "month2020-01", "month", "nothing1.1"]
)
async def test_a_forged_day_is_answered_and_does_nothing(desk: Inside, data: str) -> None:
    client = desk.client()
    await go_to(client, OwnTime.day)
    shown = client.window.keyboard
    button = next(button for row in client.window.buttons for button in row if button["text"] == "24")
    await client.press_raw(client.window.id, button["callback_data"].rpartition(":")[0] + f":{data}")
    assert client.toast == "Paina jotain tulevaa päivää."
    assert await client.place == OwnTime.day.state
    assert client.window.keyboard == shown


async def test_an_hour_of_today_that_has_passed_is_not_offered_and_not_taken(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.day)
    await client.presses("•11")
    assert client.buttons[0] == "10"
    await client.says("9")
    assert "Se aika on jo mennyt." in client.sees
    assert await client.place == OwnTime.hour.state
    await client.presses("10")
    assert client.buttons[:3] == ["10.15", "10.30", "10.45"]
    await client.taps("minute:30")
    await client.taps("no_place")
    assert "🔔 Muistutan" in client.screen  # of the next times, for it repeats
    await client.taps("anew")
    await client.says("Kerran")
    await client.taps("often:once")
    await client.presses("•11")
    await client.says("10.30")
    await client.taps("no_place")
    assert "etten enää ehdi muistuttaa" in client.screen


# Listed, put into a calendar, removed


async def test_removed_with_one_press_and_back_with_another(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.one)
    await client.taps("remove")
    assert client.toast == "Poistin sen kalenteristasi."
    assert await told(client) == []
    await client.presses("↩️ Palauta: Ryhmä & <hiljaista>")
    assert client.toast == "Palautin sen kalenteriisi."
    (own,) = await own_times.mine(desk.services, client.user.id)
    assert (own.title, own.where) == ("Ryhmä & <hiljaista>", "Kauppakatu 5 & <hiljaista>")
    assert own.rule == "FREQ=WEEKLY;BYDAY=TU;BYHOUR=17;BYMINUTE=0"
    assert "undo" not in client.widgets


async def test_a_file_for_the_telephones_calendar(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.one)
    await client.taps("file")
    (file,) = [message for message in client.messages if message.kind == "document"]
    assert file.content["document"]["file_name"] == "rinnalla.ics"
    assert file.document is not None
    calendar = Calendar.from_ical(file.document)
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, Event)
    assert event["SUMMARY"] == "Ryhmä & <hiljaista>"
    assert event["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=TU"
    assert event["DTSTART"].to_ical() == b"20260324T170000"
    assert event["DTSTART"].params["TZID"] == "Europe/Helsinki"
    assert event["UID"]
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Helsinki"]
    assert client.messages[-1] is client.window, "the window is below the file"


async def test_what_is_gone_says_so(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.one)
    (own,) = await own_times.mine(desk.services, client.user.id)
    await own_times.remove(desk.services, client.user.id, own.id)
    await client.taps("file")
    assert not [message for message in client.messages if message.kind == "document"]
    assert "Tätä ei ole enää kalenterissasi." in client.screen
    assert "🗑 Poista" not in client.buttons


async def test_a_full_calendar_takes_no_more(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.preview)
    for number in range(own_times.LONGEST):
        draft = Draft(
            f"full-{client.user.id}-{number}", "x", None, None, desk.services.clock() + timedelta(days=3)
        )
        assert await own_times.keep(desk.services, await chat(client), draft)
    await client.taps("save")
    assert client.toast == "Kalenterisi on täynnä. Poista sieltä ensin jotain."
    assert await client.place == OwnTime.preview.state


async def chat(client: StraightClient) -> clients.Chat:
    return clients.Chat(client.user.id, "fi")


async def test_who_has_stopped_reminders_is_told_that_none_will_come(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.one)
    await client.says("LOPETA")
    await go_to(client, OwnTime.preview)
    assert "🔕 Olet lopettanut muistutukset" in client.screen


async def test_being_forgotten_forgets_it(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, OwnTime.one)
    await client.says("/my")
    await client.taps("privacy")
    await client.taps("forget")
    assert "• 1 merkintä omassa kalenterissa" in client.screen
    await client.taps("do_forget")
    assert await told(client) == []
    assert await client.place == Matters.forgotten.state


# Over HTTP: the reminder comes by itself


async def test_the_reminder_comes_at_its_hour_and_leads_there(tmp_path: Path) -> None:
    simulator = Simulator(START)
    simulator.add_bot(CLIENT_TOKEN, "rinnalla_demo_bot", "Rinnalla")
    simulator.add_bot(STAFF_TOKEN, "rinnalla_tyo_bot", "Rinnalla – työntekijät")
    async with simulator, service(simulator, settings_for(simulator.url, tmp_path)) as started:
        talk = Talk(started)
        aino = talk.client("Aino")
        await aino.begins()
        for widget in ("matters", "own_times", "add"):
            await aino.taps(widget)
        await aino.says("Vertaisryhmä")
        await aino.taps("often:weekly")
        await aino.presses("24")
        await aino.says("17")
        await aino.says("Matarankatu 6")
        await aino.taps("save")
        await talk.simulator.clock.move_to(datetime(2026, 3, 23, 15, 0, 1, tzinfo=UTC))
        talk.services.bell.set()
        reminder = await aino.waits_for("🔔 Huomenna", seconds=20)
        assert "🔔 Huomenna kello 17.00\nVertaisryhmä\n📍 Matarankatu 6" in reminder.text
        await aino.presses("📅 Avaa oma kalenteri")
        assert "ti 24.3. klo 17.00\nVertaisryhmä" in aino.screen
        assert "🗑 Poista" in aino.buttons
        await talk.simulator.clock.move_to(datetime(2026, 3, 31, 12, 0, 1, tzinfo=UTC))  # summer time
        talk.services.bell.set()
        await aino.waits_for("🔔 Tänään kello 17.00", seconds=20)
