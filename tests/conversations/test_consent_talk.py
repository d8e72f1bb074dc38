"""Asking to be contacted: nothing is sent that was not shown, and nothing is shown that was held back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.db.tables import Base, Consent
from bot.services import requests
from dialogs.states import Consent as At
from dialogs.states import Find, Matters, Suggestions
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.places import SAID, Parked, go_to
from tests.conversations.talking import Talk

TOLD = {
    "name": "👤 Nimi: Aino",
    "areas": "Tästä olisi hyvä jutella",
    "words": SAID["mind"],
    "strengths": "kävely",
}


async def previews(client: StraightClient, *without: str) -> str:
    """From the first consent window to the preview, with these items off."""
    await client.taps("go")
    for item in without:
        await client.taps(f"item:{item}")
    await client.taps("items_ok")
    if "name" not in without:
        await client.taps("first_name")
    await client.taps("by_chat")
    await client.taps("time:any")
    await client.taps("days:90")
    return client.screen


@pytest.mark.parametrize(
    "off", [(), *[(item,) for item in TOLD], tuple(TOLD)], ids=lambda off: "-".join(off) or "all on"
)
async def test_what_is_off_is_not_in_the_preview(parked: Parked, off: tuple[str, ...]) -> None:
    client = await parked.at(At.intro)
    preview = await previews(client, *off)
    for item, text in TOLD.items():
        assert (text in preview) is (item not in off), item


async def test_each_choice_shows_and_can_be_taken_back(parked: Parked) -> None:
    client = await parked.at(At.items)
    assert all(label.startswith("✅") for label in client.buttons[:4])
    await client.taps("item:words")
    assert client.buttons[2].startswith("⬜")
    await client.taps("item:words")
    assert client.buttons[2].startswith("✅")


async def test_only_what_there_is_to_tell_is_asked_about(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    await client.says("kello")
    await client.taps("offer")
    await client.finds_whom_to_ask()
    await client.taps("ask")
    await client.taps("go")
    assert [widget for widget in client.widgets if widget.startswith("item:")] == ["item:name"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Aino", "Aino"),
        ("  Aino   Maria ", "Aino Maria"),
        ("<b>Aino</b> & co", "<b>Aino</b> & co"),
        ("A" * 200, "A" * 60),
        ("🦊", "🦊"),
    ],
)
async def test_any_name_will_do(parked: Parked, typed: str, shown: str) -> None:
    client = await parked.at(At.name)
    await client.says(typed)
    await client.taps("by_chat")
    await client.taps("time")
    await client.taps("days")
    assert f"👤 Nimi: {shown}\n" in client.screen


async def test_no_name_will_do_too(parked: Parked) -> None:
    client = await parked.at(At.name)
    await client.presses("Ilman nimeä")
    await client.taps("by_chat")
    await client.taps("time")
    await client.taps("days")
    assert "Nimi" not in client.screen


@pytest.mark.parametrize("typed", ["040 123 4567", "+358 (0)40-123.4567", "0401234567", "00358401234567"])
async def test_a_telephone_number_is_understood(parked: Parked, typed: str) -> None:
    client = await parked.at(At.phone)
    await client.says(typed)
    assert await client.place == At.time.state
    await client.taps("time")
    await client.taps("days")
    assert "📞 Yhteys: puhelu numeroon" in client.screen


@pytest.mark.parametrize(
    "typed", ["hei", "123", "040 123 4567 iltaisin", "+" + "1" * 30, "++358401234567", "٠٤٠١٢٣٤٥٦٧"]
)
async def test_what_is_no_number_is_asked_again(parked: Parked, typed: str) -> None:
    client = await parked.at(At.phone)
    await client.says(typed)
    assert "040 123 4567" in client.sees
    assert await client.place == At.phone.state


async def test_a_number_given_and_then_not_wanted_is_not_told(parked: Parked) -> None:
    client = await parked.at(At.phone)
    await client.says("040 123 4567")
    await client.presses("Takaisin")
    await client.presses("💬 Tässä chatissa")
    await client.taps("time")
    await client.taps("days")
    assert "123" not in client.screen


@pytest.mark.parametrize(
    ("number", "words"), [(0, "milloin vain"), (1, "aamu"), (2, "iltapäivä"), (3, "alkuilla")]
)
async def test_the_time_that_suits_is_told(parked: Parked, number: int, words: str) -> None:
    client = await parked.at(At.time)
    await client.taps(client.widgets[number])
    await client.taps("days")
    assert words in client.screen.partition("🕐")[2].splitlines()[0].lower()


@pytest.mark.parametrize("days", [30, 90, 180])
async def test_the_consent_ends_on_the_day_that_was_shown(desk: Inside, days: int) -> None:
    client = desk.client()
    await go_to(client, At.days)
    await client.presses(str(days))
    shown = client.screen.partition("voimassa ")[2].partition(" asti")[0]
    await client.taps("consent")
    async with desk.services.db.read() as session:
        consent = await session.scalar(select(Consent).order_by(Consent.given_at.desc()).limit(1))
    assert consent is not None
    local = consent.valid_until.astimezone(desk.services.settings.zone)
    assert shown == f"{local.day}.{local.month}.{local.year}"
    assert (consent.valid_until - consent.given_at).days in {days, days - 1}


async def test_changing_leads_back_through_the_choices(parked: Parked) -> None:
    client = await parked.at(At.preview)
    await client.presses("Muutan tietoja")
    assert await client.place == At.items.state
    await client.presses("Takaisin")
    assert await client.place == At.intro.state


@pytest.mark.parametrize("state", [At.intro, At.preview], ids=str)
async def test_cancelling_stores_nothing(desk: Inside, state) -> None:
    client = desk.client()
    await go_to(client, state)
    before = await counts(desk)
    await client.presses("Peru, älä lähetä mitään")
    assert client.toast == "Mitään ei lähetetty eikä tallennettu."
    assert await client.place == Suggestions.card.state
    assert await counts(desk) == before


async def counts(desk: Inside) -> dict[str, int]:
    kept = [
        table
        for table in Base.metadata.sorted_tables
        if table.name not in {"dialog_states", "handled_updates"}
    ]
    async with desk.services.db.read() as session:
        return {
            table.name: await session.scalar(select(func.count()).select_from(table)) or 0 for table in kept
        }


async def test_when_nobody_receives_any_more_nothing_is_sent(desk: Inside) -> None:
    from bot.services import staff

    client = desk.client()
    await go_to(client, At.preview)
    before = await counts(desk)
    assert desk.worker is not None
    await staff.chat_reachable(desk.services, await chat_of_worker(desk), False)
    try:
        await client.presses("Annan suostumuksen")
        assert "Mitään ei lähetetty" in (client.toast or "")
        assert await counts(desk) == before
        await client.taps("home")
        await client.says("kello")
        await client.taps("offer")
        assert "ask" not in client.widgets
    finally:
        await staff.chat_reachable(desk.services, await chat_of_worker(desk), True)


async def chat_of_worker(desk: Inside) -> int:
    from bot.db.tables import Staff

    assert desk.worker is not None
    async with desk.services.db.read() as session:
        row = await session.get(Staff, desk.worker.id)
        assert row is not None
        return row.chat_id


# With a worker


async def test_client_asks_to_be_contacted(talk: Talk) -> None:
    """The whole path, as the two of them see it."""
    leena = await talk.worker("Leena", organisation="kello")
    aino = talk.client("Aino")

    await aino.says("/start")
    await aino.presses("Aloitetaan")
    await aino.rates({"mind": "valvon <yöt> & itken"}, mind=1, friends=1, leisure=4)
    await aino.reflects(helps="kahvi aamulla", people="naapuri", strength="beside")
    assert "valvon <yöt> & itken" in aino.sees
    await aino.presses("Kyllä, näytä ehdotuksia")
    await aino.says("Jyväskylä")
    await aino.presses("Näytä ehdotukset")
    await aino.finds_whom_to_ask()
    await aino.presses("✉️ Pyydä yhteydenottoa")
    assert "Mielenterveysyhdistys Kello" in aino.sees
    await aino.presses("Jatketaan")
    await aino.presses("Jatketaan")
    await aino.says("Tyttö <3")
    await aino.presses("📞 Puhelimella")
    await aino.sends_contact("+358401234567")
    await aino.presses("aamupäivä")
    await aino.presses("30")
    preview = aino.screen.partition("\n\n")[2].partition("\n\nMuut")[0]
    assert "Tyttö <3" in preview
    assert "+358401234567" in preview
    await aino.presses("✅ Annan suostumuksen ja lähetän")
    assert "Pyyntösi lähti" in aino.sees

    receipt = await aino.waits_for("Suostumuksesi")
    assert preview in receipt.text
    card = await leena.waits_for("Uusi yhteydenottopyyntö")
    assert "Mieli ja jaksaminen" in card.text
    assert "pian rinnalle" in card.text
    for secret in ("Tyttö", "401234567", "valvon", "kahvi", "naapuri"):
        assert secret not in card.text

    await leena.presses("Otan tämän")
    assert preview in leena.sees
    await aino.waits_for("Leena (Mielenterveysyhdistys Kello ry) on ottanut pyyntösi")


async def test_what_is_held_back_is_not_in_the_workers_card(talk: Talk) -> None:
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.rates(SAID, mind=1, friends=1)
    await aino.reflects("kävely", "sisko", "own", "soitan")
    await aino.sees_suggestions()
    await aino.finds_whom_to_ask()
    await aino.taps("ask")
    await aino.taps("go")
    for item in TOLD:
        await aino.taps(f"item:{item}")
    await aino.taps("items_ok")
    await aino.taps("by_chat")
    await aino.taps("time:any")
    await aino.taps("days:30")
    await aino.taps("consent")
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    for text in ("Aino", "Mieli", "nukuttua", "kävely", "sisko", "soitan jonnekin"):
        assert text not in leena.sees


async def test_a_worker_and_a_client_write_to_each_other(talk: Talk) -> None:
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    await leena.presses("Kirjoita asiakkaalle")
    await leena.says("Hei! Sopiiko <huomenna> klo 12?")
    await leena.presses("Lähetä")
    word = await aino.waits_for("Sopiiko <huomenna> klo 12?")
    await aino.presses("✍️ Vastaa")
    assert "Hän ei näe puhelinnumeroasi" in aino.sees
    await aino.says("Joo & kiitos <3")
    assert "Lähetän viestisi" in aino.sees
    await leena.waits_for("Joo & kiitos <3")
    assert [button["text"] for row in word.buttons for button in row] == ["✍️ Vastaa", "Avaa pyyntö"]


async def test_danger_in_an_answer_shows_help_first_and_then_goes_on(talk: Talk) -> None:
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    await aino.waits_for("on ottanut pyyntösi")
    await aino.presses("Avaa pyyntö")
    await aino.presses("Kirjoita työntekijälle")
    await aino.says("haluan kuolla")
    assert "📞" in aino.sees
    await aino.presses("Jatketaan siitä, missä olimme")
    assert "Lähetän viestisi" in aino.sees
    await leena.waits_for("haluan kuolla")


async def test_the_receipt_keeps_its_way_to_withdraw(talk: Talk) -> None:
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    receipt = await aino.waits_for("Suostumuksesi")
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    await aino.waits_for("on ottanut pyyntösi")
    await aino.presses_on(receipt, "Omat asiani")
    assert "Kello" in "".join(aino.buttons)
    await aino.presses_on(receipt, "Peru suostumus")
    assert "Suostumus on peruttu" in (aino.toast or "")
    assert "Aino" not in receipt.text
    await leena.waits_for("Tiedot on poistettu tästä viestistä")
    assert "Aino" not in leena.transcript().partition("---\n")[2]


async def test_withdrawing_twice_is_no_trouble(talk: Talk) -> None:
    await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    receipt = await aino.waits_for("Suostumuksesi")
    data = receipt.buttons[0][0]["callback_data"]
    for _ in range(2):
        await aino.press_raw(receipt.id, data, wait=False)
    await aino.quiet()
    assert "Suostumus on peruttu" in receipt.text
    assert "rikki" not in aino.sees


async def test_a_consent_is_withdrawn_from_my_matters(talk: Talk) -> None:
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    await aino.says("/omat")
    await aino.taps("privacy")
    await aino.taps("consent")
    assert "Aino" in aino.sees
    await aino.presses("Peru suostumus")
    assert "Suostumus on peruttu" in (aino.toast or "")
    await leena.waits_for("Tiedot on poistettu tästä viestistä")
    await aino.taps("request")
    assert "päättyi" in aino.sees


@pytest.mark.parametrize("way", ["forget", "/stop"])
async def test_being_forgotten_reaches_the_worker(talk: Talk, way: str) -> None:
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    if way == "forget":
        await aino.says("/omat")
        await aino.taps("privacy")
        await aino.presses("Unohda minut")
    else:
        await aino.says("/stop")
        assert "Keskustelu on unohdettu" in aino.sees
    assert "1 yhteydenottopyyntö" in aino.sees
    await aino.presses("Kyllä, unohda kaikki")
    assert "Kaikki on poistettu" in aino.sees
    await leena.waits_for("Tiedot on poistettu tästä viestistä")
    assert await requests.mine(talk.services, aino.user.id) == []
    await aino.says("/omat")
    assert "En ole tallentanut sinusta mitään" in aino.sees


async def test_a_press_from_a_notice_keeps_the_round(talk: Talk) -> None:
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    await aino.taps("home")
    await aino.taps("check_in")
    await aino.taps("begin")
    await aino.taps("rate:health.5")
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    notice = await aino.waits_for("on ottanut pyyntösi")
    await aino.presses_on(notice, "Avaa pyyntö")
    assert "Lähetetty" in aino.sees
    await aino.taps("home")
    await aino.taps("check_in")
    await aino.taps("continue")
    assert "2/12" in aino.window.text


async def test_matters_of_a_forgotten_client_are_empty(parked: Parked) -> None:
    client = await parked.at(Matters.forgotten)
    await client.says("/omat")
    assert "request" not in "".join(client.widgets)


async def test_a_name_that_had_to_be_cut_is_told_of(parked: Parked) -> None:
    client = await parked.at(At.name)
    await client.says("A" * 200)
    assert "otin siitä alun" in client.messages[-2].text


async def test_back_from_how_to_reach_leads_to_the_name_if_one_was_asked_for(parked: Parked) -> None:
    client = await parked.at(At.reach)
    await client.taps("b_reach")
    assert await client.place == At.name.state
    await client.taps("b_name")
    await client.taps("item:name")
    await client.taps("items_ok")
    await client.taps("b_reach")
    assert await client.place == At.items.state


async def test_who_changes_one_thing_finds_the_rest_as_it_was(parked: Parked) -> None:
    """From the preview back to the beginning: what was chosen is marked, and is kept with one press a window."""
    client = await parked.at(At.name)
    await client.says("Ainokainen")
    await client.taps("by_phone")
    await client.says("040 123 4567")
    await client.taps("time:evening")
    await client.taps("days:30")
    before = client.screen
    await client.taps("change")
    await client.taps("items_ok")
    for chosen in (
        "✅ Ainokainen",
        "✅ 📞 Puhelimella",
        "✅ 0401234567",
        "✅ Arkisin alkuillasta",
        "✅ 30 päivää",
    ):
        assert [label for label in client.buttons if label.startswith("✅")] == [chosen]
        await client.presses(chosen)
    assert client.screen == before


async def test_nothing_is_marked_before_it_was_chosen(parked: Parked) -> None:
    client = await parked.at(At.name)
    for widget in ("first_name", "by_chat", "time:any"):
        assert not [label for label in client.buttons if label.startswith("✅")]
        await client.taps(widget)
    assert not [label for label in client.buttons if label.startswith("✅")]


async def test_my_matters_tell_how_a_request_stands(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.asks_for_contact()
    await client.taps("matters")
    assert "⏳ Mielenterveysyhdistys Kello ry\nPyyntösi odottaa" in client.screen


async def test_a_request_that_is_over_shows_the_way_onward(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.asks_for_contact()
    await client.taps("matters")
    await client.taps("request")
    assert "find" not in client.widgets
    await client.taps("r_consent")
    await client.taps("withdraw")
    await client.taps("request")
    await client.taps("find")
    assert await client.place == Find.doors.state
