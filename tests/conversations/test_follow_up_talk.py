"""How have things gone? As a client is asked, answers, leaves it, and hears what has changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.core.follow_ups import Pace, State
from bot.db.tables import Client
from bot.db.tables import FollowUp as Row
from bot.services import clients, follow_ups, memos
from bot.services.follow_ups import MyFollowUp
from dialogs.states import Consent, Crisis, Find, FollowUp, FollowUps, Matters, Menu, Suggestions
from tests.conftest import START
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.places import go_to
from tests.conversations.talking import Later

PLAN = "soitan siskolle, vaikka yöllä"


async def asked(client: StraightClient, *areas: str, plan: str | None = None) -> int:
    """A client who has made a request with these areas rated 2, and opens the follow-up now; returns its id."""
    await client.begins()
    await client.rates(**dict.fromkeys(areas or ("mind", "friends"), 2))
    await client.reflects(if_worse=plan)
    await client.sees_suggestions()
    await client.finds_whom_to_ask()
    await client.drafts_a_request()
    await client.taps("consent")
    await client.taps("follow_ups")
    await client.taps("now")
    assert await client.place == FollowUp.contacted.state
    number = await follow_ups.begin(client.inside.services, client.user.id)
    assert number is not None
    return number


async def said(client: StraightClient, number: int) -> MyFollowUp:
    one = await follow_ups.of(client.inside.services, client.user.id, number)
    assert one is not None
    return one


async def skips_to_areas(client: StraightClient) -> None:
    while await client.place != FollowUp.area.state:
        await client.taps("skip")


async def now(client: StraightClient, *ratings: int) -> None:
    """Go through the areas."""
    for rating in ratings:
        await client.taps(next(one for one in client.widgets if one.endswith(f".{rating}")))
        if client.offered("skip_words"):
            await client.taps("skip_words")


# Asked, one question at a time


async def test_everything_is_asked_in_order_and_kept(desk: Inside) -> None:
    client = desk.client()
    number = await asked(client)
    places = []
    for answer in ("contacted.yes", "helped.partly", "enough.no", "needs.4", "expectations.3", "goals.2"):
        places.append(await client.place)
        await client.taps(f"answer:{answer}")
    assert places == [
        state.state
        for state in (
            FollowUp.contacted,
            FollowUp.helped,
            FollowUp.enough,
            FollowUp.needs,
            FollowUp.expectations,
            FollowUp.goals,
        )
    ]
    await client.taps("rate:mind.4")
    await client.taps("rate:friends.1")
    await client.says("kukaan ei soita")
    picture, words = client.messages[-2:]
    assert picture.kind == "photo"
    assert "Mieli ja jaksaminen: ennen 2, nyt 4" in picture.text
    assert "Ystävät ja yhteys muihin: ennen 2, nyt 1" in picture.text
    assert "paremmin" in words.text
    one = await said(client, number)
    assert one.state is State.ANSWERED
    assert one.answers.model_dump(mode="json") == {
        "contacted": "yes",
        "helped": "partly",
        "enough": "no",
        "needs": 4,
        "expectations": 3,
        "goals": 2,
    }
    assert (one.now.ratings, one.now.words) == ({"mind": 4, "friends": 1}, {"friends": "kukaan ei soita"})


async def test_everything_can_be_skipped(desk: Inside) -> None:
    client = desk.client()
    number = await asked(client)
    await skips_to_areas(client)
    await client.taps("skip_area")
    await client.taps("skip_area")
    assert await client.place == FollowUp.next.state
    assert client.window.text.startswith("Kiitos, että kerroit.")
    assert "photo" not in {message.kind for message in client.messages[-2:]}
    one = await said(client, number)
    assert (one.state, one.begun) == (State.ANSWERED, False)


async def test_who_got_no_help_is_not_asked_whether_it_was_enough(desk: Inside) -> None:
    client = desk.client()
    await asked(client)
    await client.taps("answer:contacted.no")
    await client.taps("answer:helped.no")
    assert await client.place == FollowUp.area.state
    await now(client, 2, 2)
    assert "Se ei johdu sinusta" in client.window.text
    assert "suggest" in client.widgets


async def test_a_press_on_an_older_question_changes_that_answer(desk: Inside) -> None:
    client = desk.client()
    number = await asked(client)
    older = client.window
    yes = next(
        b["callback_data"] for row in older.buttons for b in row if "contacted.no" in b["callback_data"]
    )
    await client.taps("answer:contacted.yes")
    await client.press_raw(older.id, yes)
    assert client.toast == "Muutin aiemman vastauksesi."
    assert await client.place == FollowUp.helped.state
    assert (await said(client, number)).answers.contacted == "no"


@pytest.mark.parametrize("forged", ["answer:contacted.maybe", "answer:money.1", "answer:needs.6", "answer:"])
async def test_a_forged_answer_is_none(desk: Inside, forged: str) -> None:
    client = desk.client()
    number = await asked(client)
    real = client.window.buttons[0][0]["callback_data"]
    await client.press_raw(client.window.id, real.rpartition("answer:")[0] + forged)
    assert await client.place == FollowUp.contacted.state
    assert not (await said(client, number)).begun


async def test_broken_off_it_goes_on_where_it_was_left(desk: Inside) -> None:
    client = desk.client()
    number = await asked(client)
    await client.taps("answer:contacted.yes")
    await client.taps("answer:helped.yes")
    await client.taps("home")
    await client.press_raw(client.window.id, f"go:followup:{number}")
    assert await client.place == FollowUp.enough.state
    await skips_to_areas(client)
    await client.taps("rate:mind.3")
    await client.taps("home")
    await client.press_raw(client.window.id, f"go:followup:{number}")
    assert await client.place == FollowUp.area.state
    assert "Ystävät" in client.window.text


async def test_a_complete_one_shows_what_came_of_it(desk: Inside) -> None:
    client = desk.client()
    number = await asked(client)
    await skips_to_areas(client)
    await now(client, 4, 4)
    await client.taps("home")
    await client.press_raw(client.window.id, f"go:followup:{number}")
    assert await client.place == FollowUp.next.state
    assert "paremmin" in client.window.text


async def test_nobody_opens_somebody_elses(desk: Inside) -> None:
    client, other = desk.client(), desk.client("Toinen")
    number = await asked(client)
    await other.begins()
    await other.press_raw(other.window.id, f"go:followup:{number}")
    assert await other.place == FollowUps.main.state
    assert "En ole tallentanut sinusta mitään" in other.window.text
    assert other.widgets == ["back", "sos", "lang", "home"]


async def test_words_come_along_where_a_rating_was_asked(desk: Inside) -> None:
    client = desk.client()
    number = await asked(client)
    await skips_to_areas(client)
    await client.says("vähän paremmin <3")
    assert await client.place == FollowUp.area.state
    await client.taps("rate:mind.3")
    one = await said(client, number)
    assert (one.now.ratings, one.now.words) == ({"mind": 3}, {"mind": "vähän paremmin <3"})


# What is said of it, and what next


async def test_better_is_said_aloud_with_what_has_changed(desk: Inside) -> None:
    client = desk.client()
    await asked(client, plan=PLAN)
    await skips_to_areas(client)
    await now(client, 4, 3)
    text = client.window.text
    assert "Nyt menee paremmin kuin silloin: Mieli ja jaksaminen (2 → 4) ja Ystävät" in text
    assert PLAN not in text
    assert {"suggest", "denser", "ask"}.isdisjoint(client.widgets)
    await client.taps("done")
    assert "Kysyn seuraavan kerran" in client.sees
    await client.taps("not_now")  # a word about the help itself
    assert await client.place == Menu.main.state


async def test_worse_blames_nobody_and_repeats_what_was_agreed(desk: Inside) -> None:
    client = desk.client()
    await asked(client, plan=PLAN)
    await skips_to_areas(client)
    await now(client, 1, 2)
    text = client.window.text
    assert "Se ei tarkoita, että olisit epäonnistunut" in text
    assert PLAN in text
    assert {"suggest", "denser", "ask"} <= set(client.widgets)
    await client.taps("denser")
    assert "useammin" in (client.toast or "")
    assert await follow_ups.pace(desk.services, client.user.id) is Pace.DENSE
    assert "denser" not in client.widgets
    await client.taps("suggest")
    await client.tells_no_place()
    assert await client.place == Suggestions.level.state
    await client.taps("back")
    assert await client.place == FollowUp.next.state
    await client.taps("ask")
    assert await client.place == Consent.intro.state


async def test_the_worker_who_has_the_request_can_be_written_to(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Matters.request)
    await client.taps("b_main")
    await client.taps("follow_ups")
    await client.taps("now")
    await skips_to_areas(client)
    await now(client, 1, 1)
    assert "suunnilleen ennallaan" in client.window.text
    assert "ask" not in client.widgets
    await client.taps("write")
    await client.says("nyt on vaikeaa")
    assert "Lähetän viestisi työntekijälle" in client.sees
    assert await client.place == FollowUp.next.state


async def test_who_is_not_safe_sees_help_first(desk: Inside) -> None:
    client = desk.client()
    number = await asked(client, "safety", "mind", "friends")
    await skips_to_areas(client)
    while "rate:safety.1" not in client.widgets:
        await client.taps("skip_area")
    await client.taps("rate:safety.1")
    assert await client.place == Crisis.noticed.state
    assert "📞" in client.sees
    await client.taps("go_on")
    assert await client.place == FollowUp.words.state
    assert (await said(client, number)).now.ratings["safety"] == 1


async def test_help_for_a_crisis_repeats_what_was_agreed(desk: Inside) -> None:
    client = desk.client()
    await asked(client, plan=PLAN)
    await client.taps("sos")
    assert PLAN in client.window.text
    await client.taps("go_on")
    await client.says("haluan kuolla")
    assert PLAN in client.window.text
    assert "📞" in client.window.text
    await clients.forget(desk.services, client.user.id)
    await client.taps("needs")
    assert PLAN not in client.window.text


# The client's own choice


async def test_when_a_request_has_gone_the_client_hears_of_it_and_can_change_it(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Consent.preview)
    assert "kysyy sinulta myöhemmin" in client.window.text
    await client.taps("consent")
    assert "Kysyn sinulta " in client.window.text
    await client.taps("follow_ups")
    assert "✅ Tavalliseen tahtiin" in client.buttons
    await client.taps("pace:none")
    assert client.toast == "Selvä, en kysy enää."
    assert "✅ Ei lainkaan" in client.buttons
    assert "En" not in client.buttons
    assert (await follow_ups.standing(desk.services, client.user.id)).next_at is None
    await client.taps("back")
    assert "Kysyn sinulta" not in client.window.text


async def test_a_memo_alone_is_asked_about_only_if_wanted(desk: Inside) -> None:
    client = desk.client()
    await go_to(client, Suggestions.keep)
    await client.taps("keep")
    await client.taps("home")
    await client.taps("matters")
    await client.taps("follow_ups")
    assert "Nyt en ole kysymässä sinulta mitään." in client.window.text
    assert not [label for label in client.buttons if "✅" in label]
    await client.taps("pace:ordinary")
    assert "Seuraavan kerran kysyn" in client.window.text
    assert "✅ Tavalliseen tahtiin" in client.buttons
    await client.taps("now")
    assert await client.place == FollowUp.helped.state
    await client.taps("answer:helped.no")
    assert await client.place == FollowUp.area.state


async def test_without_an_earlier_round_there_is_nothing_to_compare(desk: Inside) -> None:
    client = desk.client()
    await client.begins()
    await memos.save(desk.services, clients.Chat(client.user.id, "fi"), "kello-kohtaamispaikka", None)
    await client.taps("matters")
    await client.taps("follow_ups")
    await client.taps("now")
    await client.taps("answer:helped.no")
    assert await client.place == FollowUp.next.state
    await client.taps("suggest")
    assert await client.place == Find.doors.state


async def test_stop_and_a_silent_one_are_told_kindly(desk: Inside) -> None:
    client = desk.client()
    await asked(client)
    async with desk.services.db.work() as session:
        mine = select(Client.id).where(
            Client.chat_key == desk.services.vault.fingerprint(client.user.id, "client")
        )
        quiet = {"state": State.SILENT, "number": 1, "due_at": START - timedelta(days=20)}
        await session.execute(
            update(Row).where(Row.client_id.in_(mine), Row.state == State.ASKED).values(quiet)
        )
    await client.taps("home")
    await client.taps("matters")
    await client.taps("follow_ups")
    assert "enkä saanut vastausta. Se on ihan ok." in client.window.text
    await client.says("STOP")
    await client.says("/omat")
    await client.taps("follow_ups")
    assert "✅ Ei lainkaan" in client.buttons
    await client.taps("pace:sparse")
    assert not await clients.opted_out(desk.services, client.user.id)


# The whole service, two weeks on


async def test_two_weeks_later_it_is_asked_and_answered(years: Later) -> None:
    """The courier asks, a press opens the questions, and nothing is asked again of somebody who has answered."""
    leena, aino = await years.worker(), years.client("Aino")
    await aino.begins()
    await aino.rates(money=2, mind=2)
    await aino.reflects(strength="own")
    await aino.sees_suggestions()
    await aino.finds_whom_to_ask()
    await aino.drafts_a_request()
    await aino.taps("consent")
    await years.passes(timedelta(0))
    await leena.presses("Otan tämän")
    await leena.presses("Yhteys saatu")
    await years.passes(timedelta(days=13))
    assert "Miten asiat ovat menneet?" not in aino.sees
    await years.passes(timedelta(days=1, hours=1))
    question = await aino.waits_for("Miten asiat ovat menneet?")
    assert "spoiler" in {entity["type"] for entity in question.entities}
    await aino.presses_on(question, "Kerron, miten menee")
    await aino.taps("answer:contacted.yes")
    await aino.taps("answer:helped.yes")
    while aino.offered("skip"):
        await aino.taps("skip")
    for _ in range(2):
        await aino.taps(next(one for one in aino.widgets if one.endswith(".4")))
    assert "ennen 2, nyt 4" in aino.sees
    assert "Hienoa" in aino.sees
    await aino.taps("done")
    await years.passes(timedelta(days=6))
    assert "Kysyin muutama päivä sitten" not in aino.transcript()
