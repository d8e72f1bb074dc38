"""Feedback as a client gives it: invited, a statement at a time, in own words, and without anybody behind it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from bot.core.feedback import MOST, NOT_AGAIN, PAUSE
from bot.db.tables import AnswerCount, FeedbackWord
from bot.services import clients, feedback
from bot.services.base import Services
from dialogs.states import Feedback, Matters, Menu, Suggestions
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.people import DANGER
from tests.conversations.places import go_to
from tests.conversations.talking import Talk
from tests.conversations.test_renewal_talk import taken


async def counts(services: Services) -> Counter[tuple[str, str, str]]:
    async with services.db.read() as session:
        rows = await session.scalars(select(AnswerCount))
        return Counter({(row.organisation_id, row.question, row.answer): row.count for row in rows})


async def words(services: Services) -> list[tuple[str, str]]:
    async with services.db.read() as session:
        rows = await session.scalars(select(FeedbackWord).order_by(FeedbackWord.id))
        return [(row.organisation_id, row.words) for row in rows]


def statement(client: StraightClient) -> str:
    """The one that is rated now."""
    rated = next(widget for widget in client.widgets if widget.startswith("rate:"))
    return rated.removeprefix("rate:").rpartition(".")[0]


async def test_three_statements_are_rated_after_the_suggestions(desk: Inside) -> None:
    client, before = desk.client(), await counts(desk.services)
    await go_to(client, Suggestions.end)
    await client.presses("Anna palautetta")
    assert "Kukaan ei näe, kuka vastasi" in client.sees
    await client.presses("Vastaan")
    rated = []
    for value in (5, 1, 3):
        rated.append((statement(client), value))
        assert "toteutui" in client.screen
        await client.taps(f"rate:{rated[-1][0]}.{value}")
    assert len({one for one, _value in rated}) == MOST
    assert {one.partition("-")[0] for one, _value in rated} == {"digital", "early"}
    assert await client.place == Feedback.words.state
    await client.presses("En muuta")
    assert "Kiitos" in client.sees
    await client.presses("Jatketaan")
    assert await client.place == Suggestions.end.state
    assert await counts(desk.services) - before == Counter(
        {("", f"feedback:{one}", str(value)): 1 for one, value in rated}
    )
    assert await clients.seen(desk.services, client.user.id) is None, "no account is made by it"


async def test_everything_can_be_passed_over(desk: Inside) -> None:
    client, before = desk.client(), await counts(desk.services)
    await go_to(client, Feedback.rate)
    for _statement in range(MOST):
        await client.presses("Ohitan tämän")
    await client.presses("En muuta")
    assert await client.place == Feedback.thanks.state
    assert await counts(desk.services) == before


async def test_one_press_ends_it_anywhere(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Feedback.rate)
    await client.presses("Lopetan tähän")
    assert await client.place == Suggestions.end.state


async def test_it_is_not_asked_again_the_same_day(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Feedback.rate)
    await client.presses("Lopetan tähän")
    assert "⭐ Anna palautetta" not in client.buttons


async def test_who_said_no_is_not_taken_for_asked(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Feedback.ask)
    await client.presses("En nyt")
    assert await client.place == Suggestions.end.state
    assert "⭐ Anna palautetta" in client.buttons


async def test_nothing_is_asked_after_words_of_danger(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Suggestions.level)
    await client.says(DANGER)
    await client.taps("go_on")
    await client.taps("show")
    while any(widget.startswith("next") for widget in client.widgets):
        await client.taps("next")
    assert await client.place == Suggestions.end.state
    assert "⭐ Anna palautetta" not in client.buttons


async def test_a_press_on_an_older_statement_counts_nothing(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Feedback.rate)
    first, window = statement(client), client.window
    data = next(
        str(button["callback_data"])
        for row in window.buttons
        for button in row
        if str(button["callback_data"]).endswith(f"{first}.5")
    )
    await client.taps(f"rate:{first}.5")
    before = await counts(desk.services)
    await client.press_raw(client.window.id, data)
    assert client.toast == "Tuo nappi on vanhentunut. Jatketaan tästä."
    assert await counts(desk.services) == before


async def test_own_words_are_kept_without_a_name(desk: Inside) -> None:
    client, before = desk.client(), await words(desk.services)
    await go_to(client, Feedback.words)
    assert "Älä kirjoita nimiä" in client.sees
    await client.says("Selvästi kerrottu, kiitos & <3")
    assert await client.place == Feedback.thanks.state
    assert (await words(desk.services))[len(before) :] == [("", "Selvästi kerrottu, kiitos & <3")]


async def test_what_would_tell_who_it_is_is_pointed_out(desk: Inside) -> None:
    client, before = desk.client(), await words(desk.services)
    await go_to(client, Feedback.found)
    assert "040 123 4567" in client.sees
    assert await words(desk.services) == before
    await client.presses("Kirjoitan uudelleen")
    await client.says("soittakaa 050 765 4321")
    await client.presses("En tallenna mitään")
    assert await words(desk.services) == before
    another = desk.client()
    await go_to(another, Feedback.found)
    await another.presses("Tallenna tällaisenaan")
    assert len(await words(desk.services)) == len(before) + 1


async def test_words_of_danger_lead_to_help_first(desk: Inside) -> None:
    client, before = desk.client(), await words(desk.services)
    await go_to(client, Feedback.words)
    await client.says(DANGER)
    assert "ei tarvitse olla yksin" in client.sees
    assert await words(desk.services) == before


async def test_from_my_matters_it_is_about_who_has_the_request(desk: Inside) -> None:
    client, before = desk.client(), await counts(desk.services)
    await go_to(client, Matters.main)
    await taken(client)
    await client.presses("Anna palautetta")
    await client.presses("Vastaan")
    one = statement(client)
    assert one.startswith(("organisation-", "intensive-"))
    await client.taps(f"rate:{one}.4")
    (new,) = (await counts(desk.services) - before).items()
    assert new[0][1:] == (f"feedback:{one}", "4")
    assert new[0][0] != ""
    asked = await feedback.asked(desk.services, client.user.id)
    assert asked is not None
    assert one in asked, "an agreed client's statements are remembered, so that they do not come again"


async def test_there_is_always_room_for_words(desk: Inside) -> None:
    """Also when every statement has been asked."""
    client = desk.client()
    await client.begins()
    seen: set[str] = set()
    for _time in range(9):
        await client.taps("matters")
        await client.presses("Anna palautetta")
        await client.presses("Vastaan")
        while await client.place == Feedback.rate.state:
            assert statement(client) not in seen
            seen.add(statement(client))
            await client.presses("Ohitan tämän")
        assert await client.place == Feedback.words.state
        await client.taps("home")
        assert await client.place == Menu.main.state
    assert len(seen) == len(
        [one for one in desk.services.catalog.statements if one.about in {"digital", "early"}]
    )


def test_the_service_asks_less_often_than_a_client_can_tell() -> None:
    assert timedelta(days=7) <= PAUSE < NOT_AGAIN


async def test_who_was_called_can_say_what_it_was_like(talk: Talk) -> None:
    leena, aino = await talk.worker(), talk.client("Aino")
    await aino.begins()
    await aino.asks_for_contact()
    await leena.waits_for("Uusi yhteydenottopyyntö")
    await leena.presses("Otan tämän")
    await leena.presses("Yhteys saatu")
    await aino.waits_for("kertoo ottaneensa sinuun yhteyttä")
    await aino.presses("Anna palautetta")
    assert "Millaista apua sait? (Mielenterveysyhdistys Kello ry)" in aino.sees
    await aino.presses("En nyt")
    assert "Mistä haluat lähteä liikkeelle?" in aino.sees
