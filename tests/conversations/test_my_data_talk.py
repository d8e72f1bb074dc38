"""In my matters: who has looked, everything that is held, a detail put right, answers taken back."""

from __future__ import annotations

import json
from pathlib import Path

from bot.core.requests import Step
from bot.services import caseload, clients, consents, corrections, requests
from dialogs.states import Access, Matters, MyData
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.places import go_to
from tests.conversations.talking import Talk

WORDS = {"mind": "en saa nukuttua"}


async def shown_to_a_worker(desk: Inside, client: StraightClient) -> None:
    """The worker takes the request, and the card stands in the worker's chat."""
    assert desk.worker is not None
    (one,) = await requests.mine(desk.services, client.user.id)
    await caseload.take(desk.services, desk.worker.id, one.id, Step.ACCEPT)
    assert await caseload.card(desk.services, desk.worker.id, one.id)


# Who has looked


async def test_at_first_nobody_has_looked(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.main)
    await client.taps("privacy")
    await client.taps("access")
    assert await client.place == Access.looked.state
    assert "Kenellekään ei ole vielä näytetty tietojasi." in client.screen
    await client.taps("back")
    assert await client.place == Matters.privacy.state


async def test_then_it_is_told_who_was_shown_what_and_when(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.main)
    await shown_to_a_worker(desk, client)
    await client.taps("privacy")
    await client.taps("access")
    assert "11.3.2026 Leena, " in client.screen
    assert "Näytettiin: miten sinut tavoittaa, nimesi" in client.screen
    assert client.window.protected


async def test_looking_over_http_is_seen_by_the_client(talk: Talk) -> None:
    """The whole way: the worker presses on the real staff bot, and the client finds it in my matters."""
    aino, leena = talk.client("Aino"), await talk.worker("Leena")
    await aino.begins()
    await aino.asks_for_contact(WORDS)
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("🙋 Otan tämän")
    await aino.waits_for("on ottanut pyyntösi")
    await aino.says("/my")
    await aino.taps("privacy")
    await aino.taps("access")
    assert "Leena, " in aino.screen
    assert "omat sanasi niistä" in aino.screen


async def test_whoever_is_not_known_is_offered_neither(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await client.taps("matters")
    await client.taps("privacy")
    assert not {"access", "my_data"} & set(client.widgets)


async def test_back_from_a_consent_leads_where_it_was_opened(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.privacy)
    await client.taps("consent")
    await client.presses("Takaisin")
    assert await client.place == Matters.privacy.state
    await client.taps("b_main")
    await client.taps("request")
    await client.taps("r_consent")
    await client.presses("Takaisin")
    assert await client.place == Matters.request.state


# Everything that is held


async def test_everything_comes_as_a_page_and_a_file_and_nothing_is_left_on_a_disk(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.main)
    await shown_to_a_worker(desk, client)
    await client.taps("privacy")
    await client.taps("my_data")
    files = sorted(Path.cwd().glob("*"))
    await client.taps("export")
    page, data = [message for message in client.messages if message.kind == "document"]
    assert not page.protected  # they are the client's own, to save and to print
    assert page.content["document"]["file_name"] == "rinnalla.html"
    assert data.content["document"]["file_name"] == "rinnalla.json"
    assert page.document is not None
    assert data.document is not None
    assert "<h1>Omat tietoni</h1>" in page.document.decode()
    told = json.loads(data.document)
    assert told["account"]["chat_id"] == client.user.id
    assert [len(told[part]) for part in ("check_ins", "consents", "requests", "readings")] == [1, 1, 1, 1]
    assert client.messages[-1] is client.window, "the window is below the files"
    assert sorted(Path.cwd().glob("*")) == files


async def test_the_page_speaks_the_clients_language(desk: Inside) -> None:
    client = desk.client(language_code="sv")
    await go_to(client, MyData.main)
    await client.taps("export")
    page = next(message for message in client.messages if message.kind == "document")
    assert page.document is not None
    assert '<html lang="sv">' in page.document.decode()
    assert "<h1>Mina uppgifter</h1>" in page.document.decode()


async def test_who_was_forgotten_meanwhile_gets_nothing(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, MyData.main)
    await clients.forget(desk.services, client.user.id)
    await client.taps("export")
    assert client.toast == "Sinusta ei ole tallessa mitään."
    assert not [message for message in client.messages if message.kind == "document"]


# A detail put right


async def test_a_name_is_put_right_and_the_worker_sees_it(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.main)
    await shown_to_a_worker(desk, client)
    await client.taps("privacy")
    await client.taps("my_data")
    await client.taps("correct")
    assert any("👤 Aino" in label for label in client.buttons)
    await client.taps("detail")
    await client.says("  Aino   Oikea ")
    assert "Korjasin sen." in "\n".join(message.text for message in client.messages)
    assert await client.place == MyData.main.state
    (one,) = await requests.mine(desk.services, client.user.id)
    assert desk.worker is not None
    card = await caseload.card(desk.services, desk.worker.id, one.id)
    assert card is not None
    assert card.personal is not None
    assert card.personal.shared.name == "Aino Oikea"


async def test_what_is_no_number_changes_nothing(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, MyData.phone)
    await client.says("en muista")
    assert "En tunnistanut puhelinnumeroa." in "\n".join(message.text for message in client.messages)
    assert await client.place == MyData.phone.state
    await client.says("050 765 4321")
    await client.taps("correct")
    assert any("📞 0507654321" in label for label in client.buttons)


async def test_a_consent_that_has_ended_takes_no_correction(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, MyData.name)
    for one in await consents.mine(desk.services, client.user.id):
        await consents.withdraw(desk.services, client.user.id, one.id)
    await client.says("Aino Oikea")
    assert "mitään ei muutettu" in "\n".join(message.text for message in client.messages)
    assert "correct" not in client.widgets


# Answers taken back


async def test_one_round_of_answers_is_shown_and_taken_back(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, MyData.round)
    assert "Poistetaanko nämä vastaukset?" in client.screen
    await client.taps("b_rounds")
    assert len(await corrections.rounds(desk.services, client.user.id)) == 1
    await client.taps("round")
    old = client.window
    await client.taps("forget_round")
    assert client.toast == "Poistin nämä vastaukset."
    assert await corrections.rounds(desk.services, client.user.id) == []
    assert "rounds" not in client.widgets
    await client.presses_on(old, "Takaisin")
    assert client.pressed is not None
    assert client.pressed.answered
