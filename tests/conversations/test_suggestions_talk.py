"""What is suggested, why, and what can be done with it."""

from __future__ import annotations

import re

import pytest

from bot.i18n import LOCALES
from bot.services import memos
from bot.services.clients import Chat
from dialogs.states import CheckIn, Find, Matters, Menu, Suggestions, Worried
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.places import Parked, go_to


def title(client: StraightClient) -> str:
    return client.window.text.splitlines()[2]


async def test_each_suggestion_says_why(parked: Parked) -> None:
    client = await parked.at(Suggestions.level)
    assert re.search(r"Näytä ehdotukset \(\d\)", client.buttons[0])
    await client.taps("show")
    total = int(client.window.text.split("/")[1].split()[0])
    titles = []
    for number in range(1, total + 1):
        assert client.window.text.startswith(f"Ehdotus {number}/{total}")
        assert "Miksi tätä ehdotetaan?" in client.window.text
        titles.append(title(client))
        await client.presses("Seuraava")
    assert len(set(titles)) == total
    assert await client.place == Suggestions.end.state
    await client.presses("Katsotaan uudelleen")
    assert title(client) == titles[0]


async def test_the_level_is_explained_by_what_was_said(rounds: Inside) -> None:
    client = rounds.client()
    await client.begins()
    await client.rates(mind=1, friends=2)
    await client.reflects(strength="beside")
    await client.is_suggested_to()
    assert "2 asiasta" in client.sees
    assert "rinnalle" in client.sees


async def test_not_for_me_leaves_it_out_in_this_conversation(parked: Parked) -> None:
    client = await parked.at(Suggestions.card)
    unwanted = title(client)
    await client.presses("Ei minulle")
    assert client.toast == "Selvä, jätetään tämä pois."
    assert title(client) != unwanted
    await client.taps("home")
    await client.rates(mind=1, friends=1, health=4, money=3)
    await client.reflects(strength="some_help")
    await client.sees_suggestions()
    titles = set()
    while await client.place == Suggestions.card.state:
        titles.add(title(client))
        await client.taps("next")
    assert unwanted not in titles


async def test_when_none_is_wanted_there_is_still_a_way_on(parked: Parked) -> None:
    client = await parked.at(Suggestions.card)
    while await client.place == Suggestions.card.state:
        await client.presses("Ei minulle")
    assert await client.place == Suggestions.end.state
    assert "116 117" in client.sees
    assert "again" not in client.widgets
    await client.presses("Takaisin")
    assert client.sees


async def test_contact_details_and_back_to_the_same_card(parked: Parked) -> None:
    client = await parked.at(Suggestions.card)
    await client.taps("next")
    card = client.window.text
    await client.presses("📞 Yhteystiedot")
    assert re.search(r"📞|📍|🌐|✉️|💬", client.sees)
    await client.presses("Takaisin")
    assert client.window.text == card


async def test_the_memo_asks_once_whether_it_may_be_kept(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Suggestions.card)
    first = title(client)
    await client.presses("💾 Muistilistaan")
    assert "Saanko tallentaa" in client.sees
    await client.presses("Kyllä, tallenna")
    assert "Lisäsin muistilistaasi" in (client.toast or "")
    await client.taps("next")
    second = title(client)
    await client.presses("💾 Muistilistaan")
    assert "Lisäsin muistilistaasi" in (client.toast or "")
    assert await client.place == Suggestions.card.state
    await client.taps("home")
    await client.presses("Omat asiani")
    await client.presses("Muistilista (2)")
    assert first in client.sees
    assert second in client.sees
    await client.taps("remove")
    await client.taps("remove")
    assert "tyhjä" in client.sees
    await client.presses("Takaisin")
    assert "En ole tallentanut sinusta mitään" not in client.sees  # the account is still there
    await client.taps("privacy")
    await client.presses("Unohda minut")
    await client.presses("Kyllä, unohda kaikki")
    await client.taps("home")
    await client.presses("Omat asiani")
    assert "En ole tallentanut sinusta mitään" in client.sees


async def test_not_wanting_it_kept_is_fine(parked: Parked) -> None:
    client = await parked.at(Suggestions.keep)
    await client.presses("En halua")
    assert await client.place == Suggestions.card.state
    await client.taps("home")
    await client.taps("matters")
    assert "En ole tallentanut sinusta mitään" in client.sees


async def test_an_offer_that_left_the_catalogue_is_no_dead_end(rounds: Inside) -> None:
    client = rounds.client()
    await go_to(client, Suggestions.card)
    assert rounds.memory is not None
    for key, record in rounds.memory.storage.items():
        if key.chat_id == client.user.id and (cards := record.data.get("dialog_data", {}).get("cards")):
            record.data["dialog_data"]["cards"] = [("gone", []), *cards[1:]]
    await client.taps("contact")
    await client.presses("Takaisin")
    assert "ei ole enää luettelossa" in client.window.text
    assert "ask" not in client.widgets
    await client.presses("Seuraava")
    assert client.sees


async def test_found_by_a_door_an_area_and_a_word(parked: Parked) -> None:
    client = await parked.at(Find.doors)
    for widget in ("door", "no_place", "areas", "area"):
        await client.taps(widget)
    assert await client.place == Find.results.state
    await client.says("velka")
    assert "Hait: velka" in client.sees
    await client.taps("offer")
    assert await client.place == Suggestions.card.state
    await client.presses("Takaisin")
    assert "Hait: velka" in client.window.text


async def test_a_word_in_the_menu_is_searched_for(parked: Parked) -> None:
    client = await parked.at(Menu.main)
    await client.says("<b>kuntosali")
    assert "Hait: <b>kuntosali" in client.sees
    await client.says("qwertyqwerty")
    assert "En löytänyt" in client.sees
    await client.presses("Valitse elämän alue")
    assert await client.place == Find.areas.state


async def test_a_very_long_search_is_shortened(parked: Parked) -> None:
    client = await parked.at(Menu.main)
    await client.says("pitkä haku " * 360)
    assert len(client.screen) < 1500


async def test_worried_about_somebody(parked: Parked) -> None:
    client = await parked.at(Worried.areas)
    for number in range(4):
        await client.taps(client.widgets[number])
    assert "enintään 3" in (client.toast or "")
    await client.taps(client.widgets[0])
    await client.taps(client.widgets[3])
    assert [label.startswith("✅") for label in client.buttons[:4]] == [False, True, True, True]
    await client.presses("Näytä ehdotuksia")
    await client.tells_no_place()
    assert await client.place == Suggestions.card.state
    assert "ratings" not in client.sees
    await client.presses("Takaisin")
    assert await client.place == Worried.areas.state


async def test_worried_and_not_knowing_what_about(parked: Parked) -> None:
    client = await parked.at(Worried.areas)
    await client.presses("En osaa sanoa")
    await client.tells_no_place()
    assert await client.place in {Suggestions.card.state, Suggestions.end.state}


async def test_worried_and_then_looking_at_oneself(parked: Parked) -> None:
    client = await parked.at(Worried.intro)
    await client.presses("Miten minä itse voin?")
    assert await client.place == CheckIn.intro.state


async def test_what_was_found_of_a_search_can_be_asked_of_an_organisation(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.says("kello")
    await client.taps("offer")
    await client.finds_whom_to_ask()
    await client.drafts_a_request()
    await client.taps("consent")
    await client.taps("matters")
    assert await client.place == Matters.main.state
    assert "Kello" in "".join(client.buttons)


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_full_memo_fits_a_message(rounds: Inside, locale: str) -> None:
    client = rounds.client()
    services = rounds.services
    longest = sorted(services.catalog.offers_by_id.values(), key=lambda offer: len(offer.model_dump_json()))
    for offer in longest[-memos.LONGEST :]:
        assert await memos.save(services, Chat(client.user.id, locale), offer.id, "work_study")
    await client.says("/omat")
    await client.taps("memo")
    assert await client.place == Matters.memo.state
    assert client.window.text.count("\n\n") >= memos.LONGEST
    assert len([widget for widget in client.widgets if widget.startswith("remove:")]) == memos.LONGEST
    assert len(client.window.text) <= 4000


async def test_what_was_removed_from_the_memo_can_be_put_back(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.memo)
    saved = [widget for widget in client.widgets if widget.startswith("remove:")]
    text = client.window.text
    await client.taps("remove")
    assert not [widget for widget in client.widgets if widget.startswith("remove:")]
    await client.presses("↩️ Palauta")
    assert client.toast == "Palautin sen muistilistaasi."
    assert len([widget for widget in client.widgets if widget.startswith("remove:")]) == len(saved)
    assert client.window.text == text
    assert "undo" not in client.widgets


async def test_worry_about_somebody_is_not_called_ones_own_wish(parked: Parked) -> None:
    client = await parked.at(Worried.areas)
    await client.taps("area:substances")
    await client.presses("Näytä ehdotuksia")
    await client.tells_no_place()
    assert "Olet huolissasi tästä" in client.window.text
    assert "Toivoit" not in client.window.text


async def test_looking_around_is_not_called_a_wish(parked: Parked) -> None:
    client = await parked.at(Find.areas)
    await client.taps("area:friends")
    await client.tells_no_place()
    await client.taps("offer")
    assert "Etsit tästä" in client.window.text
    assert "Toivoit" not in client.window.text
