"""A consent that goes on, changes or is let go, as its client and the worker see it."""

from __future__ import annotations

import json

import pytest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.requests import Step
from bot.db.dialog_state import SqlStorage
from bot.services import caseload, consents, requests
from bot.services.clients import Chat
from bot.services.consents import MyConsent
from bot.simulator.chats import Message
from dialogs.states import Matters, Menu, Renewal
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.places import SAID, go_to
from tests.conversations.talking import Talk
from tests.services.people import closes


async def consent_of(client: StraightClient) -> MyConsent:
    return (await consents.mine(client.inside.services, client.user.id))[0]


async def taken(client: StraightClient) -> int:
    """The worker has taken the client's newest request."""
    inside = client.inside
    assert inside.worker is not None
    request = (await requests.mine(inside.services, client.user.id))[0]
    await caseload.take(inside.services, inside.worker.id, request.id, Step.ACCEPT)
    return request.id


async def question(client: StraightClient, consent_id: str) -> Message:
    """The courier's question; here no courier runs."""
    rows = {"Uusin": f"go:renew:{consent_id}", "Muutan": f"go:change:{consent_id}"}
    rows["Annan sen"] = f"letend:{consent_id}"
    keyboard = [[InlineKeyboardButton(text=text, callback_data=data)] for text, data in rows.items()]
    markup = InlineKeyboardMarkup(inline_keyboard=keyboard)
    sent = await client.inside.bot.send_message(client.user.id, "Miten haluat jatkaa?", reply_markup=markup)
    return client.chat.messages[sent.message_id]


@pytest.mark.parametrize("days", [30, 90, 180])
async def test_a_consent_is_renewed_from_my_matters(desk: Inside, days: int) -> None:
    client = desk.client()
    await go_to(client, Matters.consent)
    before = await consent_of(client)
    await client.presses("Uusin suostumuksen")
    await client.taps(f"term:{days}")
    shown = client.screen.partition("voimassa ")[2].partition(" asti")[0]
    assert (await consent_of(client)).valid_until == before.valid_until
    await client.presses("Vahvistan")
    after = await consent_of(client)
    local = after.valid_until.astimezone(desk.services.settings.zone)
    assert shown == f"{local.day}.{local.month}.{local.year}"
    assert await client.place == Matters.consent.state
    assert shown in client.screen


async def test_what_the_preview_shows_is_what_the_worker_sees(talk: Talk) -> None:
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact(SAID)
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    assert SAID["mind"] in leena.sees
    await aino.says("/omat")
    await aino.taps("privacy")
    await aino.taps("consent")
    await aino.presses("Muutan, mitä kerrotaan")
    await aino.taps("item:words")
    await aino.presses("Jatketaan")
    await aino.says("Tyttö <3")
    await aino.presses("📞 Puhelimella")
    await aino.sends_contact("+358401234567")
    await aino.taps("time:evening")
    await aino.presses("Päättyy kuten ennenkin")
    preview = aino.window.text.partition("\n\n")[2].partition("\n\nSuostumus on")[0]
    assert "Tyttö <3" in preview
    assert SAID["mind"] not in preview
    await aino.presses("Vahvistan")
    card = await leena.waits_for("Tyttö <3")
    assert preview in card.text
    receipt = await aino.waits_for("🧾")
    assert preview in receipt.text
    await aino.presses("Muutan, mitä kerrotaan")
    await aino.taps("item:words")
    await aino.presses("Jatketaan")
    await aino.presses("Tyttö <3")
    await aino.taps("by_chat")
    await aino.taps("time:any")
    await aino.presses("90 päivää")
    await aino.presses("Vahvistan")
    card = await leena.waits_for(SAID["mind"])
    assert "401234567" not in card.text


async def test_only_what_was_once_given_can_be_switched_on(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.says("kello")
    await client.taps("offer")
    await client.finds_whom_to_ask()
    await client.drafts_a_request()
    await client.taps("consent")
    await client.taps("matters")
    await client.taps("privacy")
    await client.taps("consent")
    await client.presses("Muutan, mitä kerrotaan")
    assert [widget for widget in client.widgets if widget.startswith("item:")] == ["item:name"]


async def test_leaving_without_confirming_changes_nothing(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Renewal.items)
    before = await consent_of(client)
    await client.taps("item:words")
    await client.presses("En muuta mitään")
    assert client.toast == "Mitään ei muutettu."
    assert await client.place == Matters.consent.state
    assert await consent_of(client) == before


async def test_the_question_opens_the_windows(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.consent)
    asked = await question(client, (await consent_of(client)).id)
    await client.presses_on(asked, "Uusin")
    assert await client.place == Renewal.term.state
    await client.taps("term:180")
    assert "Vahvistan" in "".join(client.buttons)
    await client.presses_on(asked, "Muutan")
    assert await client.place == Renewal.items.state
    await client.taps("home")
    assert await client.place == Menu.main.state


async def test_letting_it_end_is_answered_kindly_and_changes_nothing(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.consent)
    before = await consent_of(client)
    asked = await question(client, before.id)
    await client.presses_on(asked, "Annan sen")
    assert "sinun ei tarvitse tehdä mitään" in asked.text
    assert [button["text"] for row in asked.buttons for button in row] == ["📁 Omat asiani"]
    assert await consent_of(client) == before
    await client.press_raw(asked.id, f"letend:{before.id}")
    assert "rikki" not in client.sees


@pytest.mark.parametrize("where", ["go:renew", "go:change", "letend"])
async def test_a_question_about_an_ended_consent_is_answered(desk: Inside, where: str) -> None:
    client = desk.client()
    await go_to(client, Matters.consent)
    one = await consent_of(client)
    asked = await question(client, one.id)
    await consents.withdraw(desk.services, client.user.id, one.id)
    await client.press_raw(asked.id, f"{where}:{one.id}")
    said = f"{client.sees} {client.toast}"
    assert "ei voi enää uusia" in said or "ei enää ole" in said
    await client.press_raw(asked.id, f"{where}:something-else")
    assert "rikki" not in client.sees


async def test_a_consent_that_ends_while_it_is_looked_at_stays_ended(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Renewal.preview)
    one = await consent_of(client)
    await consents.withdraw(desk.services, client.user.id, one.id)
    await client.presses("Vahvistan")
    assert "ehti jo päättyä" in client.sees
    assert await consents.mine(desk.services, client.user.id) == []


async def test_a_consent_whose_request_is_over_is_not_offered_to_be_renewed(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.main)
    request_id = await taken(client)
    assert desk.worker is not None
    await closes(desk.services, desk.worker, request_id, chat=Chat(client.user.id, "fi"))
    await client.taps("privacy")
    await client.taps("consent")
    assert not {"renew", "change"} & set(client.widgets)
    assert "receipt" in client.widgets


# The receipt as a file


async def test_the_receipt_comes_as_a_file_into_the_chat(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.consent)
    one = await consent_of(client)
    await client.presses("Lataa tosite")
    (sent,) = [message for message in client.messages if message.kind == "document"]
    assert sent.document is not None
    fields = json.loads(sent.document)
    assert sent.content["document"]["file_name"] == "suostumus.json"
    assert (fields["record_id"], fields["events"][0]["event_type"]) == (one.id, "given")
    assert b"Aino" not in sent.document
    assert await client.place == Matters.consent.state
    assert client.messages[-1].buttons


# Taking it back in one's own words


async def test_writing_so_takes_the_only_consent_back_at_once(talk: Talk) -> None:
    leena = await talk.worker()
    aino = talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    await aino.waits_for("on ottanut pyyntösi")
    await aino.says("Perun suostumukseni.")
    assert "Suostumuksesi on nyt peruttu" in aino.sees
    assert "Sitä, mitä olette jo puhuneet, en voi poistaa" in aino.sees
    assert await consents.mine(talk.services, aino.user.id) == []
    await leena.waits_for("Tiedot on poistettu tästä viestistä")
    await leena.waits_for("Älä enää ota yhteyttä")
    assert all("Aino" not in message.text for message in leena.messages)


@pytest.mark.parametrize("words", ["peruutan suostumuksen", "återkallar", "I withdraw my consent"])
async def test_no_question_gets_the_words(desk: Inside, words: str) -> None:
    """In the middle of a round, where own words are waited for, and where they would be passed on."""
    client = desk.client()
    await go_to(client, Matters.main)
    await client.taps("home")
    await client.taps("check_in")
    await client.taps("begin")
    await client.taps("rate:health.1")
    before = await client.place
    await client.says(words)
    assert "peruttu" in client.sees
    assert await client.place == before
    assert await consents.mine(desk.services, client.user.id) == []


async def test_after_withdrawing_out_of_the_blue_there_is_a_way_on(desk: Inside) -> None:
    """The conversation has been forgotten meanwhile; the consent was still there."""
    client = desk.client()
    await go_to(client, Matters.main)
    await SqlStorage(desk.services.db).forget(desk.bot.id, client.user.id)
    await client.says("peruutan suostumukseni")
    assert "Suostumuksesi on nyt peruttu" in client.sees
    assert await client.place == Menu.main.state
    assert "sos" in client.widgets


async def test_words_to_a_worker_that_take_a_consent_back_do_so(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.request)
    await client.taps("write")
    await client.says("Kiitos, mutta peruutan suostumukseni")
    assert "Suostumuksesi on nyt peruttu" in client.sees
    assert "Lähetän viestisi" not in client.sees


async def test_with_several_the_client_says_which_or_all(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.main)
    await asks_again(client)
    await client.says("peruutan suostumukseni")
    assert "Minkä suostumuksen" in client.sees
    assert len(await consents.mine(desk.services, client.user.id)) == 2
    await client.taps("consent")
    assert "on nyt peruttu" in client.sees
    assert len(await consents.mine(desk.services, client.user.id)) == 1
    await asks_again(client)
    await client.says("peruutan suostumukseni")
    await client.presses("Perun kaikki")
    assert "Kaikki suostumuksesi on nyt peruttu" in client.sees
    assert await consents.mine(desk.services, client.user.id) == []


async def asks_again(client: StraightClient) -> None:
    await client.taps("home")
    await client.says("kello")
    await client.taps("offer")
    await client.finds_whom_to_ask()
    await client.drafts_a_request()
    await client.taps("consent")


async def test_with_none_it_is_said(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.says("perun suostumuksen")
    assert "ei ole nyt voimassa yhtään suostumusta" in client.sees
    assert await client.place == Menu.main.state


async def test_it_works_before_any_conversation(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.main)
    await client.says("/stop")
    await desk.storage.forget(desk.bot.id, client.user.id)
    await client.says("peruutan suostumuksen")
    assert "Suostumuksesi on nyt peruttu" in client.sees


async def test_who_only_wonders_is_shown_the_consents_and_goes_on_where_they_were(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.request)
    await client.taps("write")
    await client.says("miten suostumuksen voi perua?")
    assert "Minkä suostumuksen" in client.sees
    await client.presses("En peru mitään")
    assert "Lähetän viestisi työntekijälle" in client.sees
    assert len(await consents.mine(desk.services, client.user.id)) == 1


async def test_help_comes_first(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.main)
    await client.says("haluan kuolla, perun suostumukseni")
    assert "📞" in client.sees
