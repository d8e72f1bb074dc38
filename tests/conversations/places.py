"""How a client gets to each window, by what a client can do. A window without a way to it fails the tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import copy
from datetime import timedelta
from typing import Any

from aiogram.fsm.state import State
from sqlalchemy import func, select

from bot.core import appointments
from bot.core.check_in import CheckIn as Round
from bot.core.follow_ups import Answers, Helped
from bot.core.follow_ups import State as FollowUpState
from bot.core.requests import Step
from bot.db import tables
from bot.db.tables import Client, PhoneNumber
from bot.services import appointment_desk, caseload, clients, requests, text_messages
from bot.services.base import Services
from bot.simulator.chats import Message
from dialogs.states import (
    Access,
    Answer,
    Appointment,
    Asked,
    CheckIn,
    Claim,
    Closing,
    Consent,
    Crisis,
    Enquiry,
    Feedback,
    Find,
    FollowUp,
    FollowUps,
    Language,
    Matters,
    Menu,
    MyData,
    OwnTime,
    Place,
    Reflection,
    Renewal,
    Suggestions,
    Telling,
    TextMessages,
    Tidy,
    Welcome,
    Withdrawal,
    Worried,
)
from tests.conversations.inside import Inside, StraightClient
from tests.conversations.people import DANGER

Way = Callable[[StraightClient], Awaitable[None]]
WAYS: dict[State, Way] = {}

SAID = {"mind": "en saa nukuttua", "friends": "kukaan ei soita & on <hiljaista>"}


def way(state: State) -> Callable[[Way], Way]:
    def keep(function: Way) -> Way:
        WAYS[state] = function
        return function

    return keep


def further(state: State, before: State, *taps: str) -> None:
    """The way to `state` is the way to `before` and these presses."""

    async def go(client: StraightClient) -> None:
        await WAYS[before](client)
        for widget in taps:
            await client.taps(widget)

    WAYS[state] = go


class Parked:
    """Clients who have gone to a window once and are put back there for each test: much faster than going again. Of
    those that are `shared`, another one goes there when a test has moved the day or has changed what the database keeps
    about the first one."""

    def __init__(self, inside: Inside, *, shared: bool = False) -> None:
        self._inside, self._shared = inside, shared
        self._kept: dict[tuple[State, str], tuple[StraightClient, dict[Any, Any], dict[int, Message]]] = {}
        self._known: dict[int, list[Any]] = {}

    async def at(self, state: State, language_code: str = "fi") -> StraightClient:
        there = self._kept.get((state, language_code))
        if there is None or (
            self._shared and await self._known_of(there[0]) != self._known[there[0].user.id]
        ):
            client = self._inside.client(language_code=language_code)
            await go_to(client, state)
            await self._keep(client, state, language_code)
        client, kept, messages = self._kept[state, language_code]
        assert self._inside.memory is not None
        await self._inside.memory.put_back(self._inside.bot.id, client.user.id, kept)
        client.chat.messages.clear()
        client.chat.messages.update({number: copy(message) for number, message in messages.items()})
        client.chat.toast = client.pressed = None
        return client

    async def _keep(self, client: StraightClient, state: State, language_code: str) -> None:
        assert self._inside.memory is not None
        kept = self._inside.memory.copy_of(client.user.id)
        messages = {number: copy(message) for number, message in client.chat.messages.items()}
        self._kept[state, language_code] = client, kept, messages
        self._known[client.user.id] = await self._known_of(client)

    async def _known_of(self, client: StraightClient) -> list[Any]:
        """Which day it is, and what the database knows about a client: the language, and how many rows of each kind."""
        services = self._inside.services
        key = services.vault.fingerprint(client.user.id, "client")
        owner = select(Client.id).where(Client.chat_key == key).scalar_subquery()
        counts = [
            select(func.count()).where(rows.c.client_id == owner).scalar_subquery()
            for rows in tables.Base.metadata.sorted_tables
            if "client_id" in rows.c
        ]
        async with services.db.read() as session:
            locale = select(Client.locale).where(Client.chat_key == key).scalar_subquery()
            return [services.clock().date(), *(await session.execute(select(locale, *counts))).one()]


async def go_to(client: StraightClient, state: State) -> None:
    await WAYS[state](client)
    assert await client.place == state.state, client.transcript()


@way(Welcome.hello)
async def _hello(client: StraightClient) -> None:
    await client.says("/start")


@way(Welcome.resume)
async def _resume(client: StraightClient) -> None:
    await WAYS[CheckIn.area](client)
    await client.says("/start")


further(Menu.main, Welcome.hello, "begin")
further(Language.choose, Menu.main, "lang")
further(Crisis.needs, Menu.main, "sos")
further(Crisis.contacts, Crisis.needs, "need")


@way(Crisis.noticed)
async def _noticed(client: StraightClient) -> None:
    await WAYS[Reflection.helps](client)
    await client.says(DANGER)


further(CheckIn.intro, Menu.main, "check_in")
further(CheckIn.area, CheckIn.intro, "begin")
further(CheckIn.words, CheckIn.area, "rate:health.1")
further(CheckIn.unfinished, CheckIn.area, "rate:health.3", "home", "check_in")


@way(Reflection.priorities)
async def _priorities(client: StraightClient) -> None:
    await WAYS[Menu.main](client)
    await client.rates(SAID, health=4, mind=1, money=3, friends=1)


further(Reflection.helps, Reflection.priorities, "priority:mind", "pri_done")
further(Reflection.people, Reflection.helps, "skip_helps")
further(Reflection.strength, Reflection.people, "skip_people")
further(Reflection.next_step, Reflection.strength, "strength:some_help")
further(Reflection.if_worse, Reflection.next_step, "skip_step")


@way(Reflection.summary)
async def _summary(client: StraightClient) -> None:
    await WAYS[Reflection.priorities](client)
    await client.reflects("kävely", "sisko", "some_help", "soitan jonnekin", "soitan siskolle")


further(Place.ask, Reflection.summary, "suggest")


@way(Place.choose)
async def _choose(client: StraightClient) -> None:
    await WAYS[Place.ask](client)
    await client.says("Hogwarts")


further(Suggestions.level, Place.ask, "no_place")
further(Suggestions.card, Suggestions.level, "show")
further(Suggestions.contact, Suggestions.card, "contact")
further(Suggestions.keep, Suggestions.card, "memo")


@way(Suggestions.end)
async def _end(client: StraightClient) -> None:
    await WAYS[Suggestions.card](client)
    while "next" in {widget.partition(":")[0] for widget in client.widgets}:
        await client.taps("next")


further(Find.doors, Menu.main, "find")
further(Find.areas, Find.doors, "areas")
further(Find.results, Find.doors, "door", "no_place")


@way(Find.heard)
async def _heard(client: StraightClient) -> None:
    await WAYS[Menu.main](client)
    await client.says("laskupino sen kun kasvaa, enkä saa vuokraa maksettua")


further(Worried.intro, Menu.main, "worried")
further(Worried.areas, Worried.intro, "them")


@way(Consent.intro)
async def _consent(client: StraightClient) -> None:
    await WAYS[Suggestions.card](client)
    await client.finds_whom_to_ask()
    await client.taps("ask")


further(Consent.items, Consent.intro, "go")
further(Consent.name, Consent.items, "items_ok")
further(Consent.reach, Consent.name, "first_name")
further(Consent.phone, Consent.reach, "by_phone")
further(Consent.time, Consent.reach, "by_chat")
further(Consent.days, Consent.time, "time:any")
further(Consent.preview, Consent.days, "days:90")
further(Consent.sent, Consent.preview, "consent")
further(Matters.main, Consent.sent, "matters")


@way(Matters.request)
async def _request(client: StraightClient) -> None:
    await WAYS[Matters.main](client)
    inside = client.inside
    assert inside.worker is not None
    mine = (await requests.mine(inside.services, client.user.id))[0]
    await caseload.take(inside.services, inside.worker.id, mine.id, Step.ACCEPT)
    await client.taps("request")


@way(Closing.nobody)
async def _nobody_called(client: StraightClient) -> None:
    await WAYS[Matters.request](client)
    inside = client.inside
    assert inside.worker is not None
    mine = (await requests.mine(inside.services, client.user.id))[0]
    await caseload.take(inside.services, inside.worker.id, mine.id, Step.CONTACTED)
    await client.taps("b_main")
    await client.taps("request")
    await client.taps("nobody")


further(Closing.over, Matters.request, "over")
further(Closing.told, Closing.nobody, "nobody")
further(Matters.consent, Matters.request, "r_consent")
further(Renewal.term, Matters.consent, "renew")
further(Renewal.items, Matters.consent, "change")
further(Renewal.name, Renewal.items, "items_ok")
further(Renewal.reach, Renewal.name, "called")
further(Renewal.phone, Renewal.reach, "by_phone")
further(Renewal.time, Renewal.reach, "by_chat")
further(Renewal.preview, Renewal.term, "term:90")
further(Answer.write, Matters.request, "write")


@way(Appointment.mine)
async def _meetings(client: StraightClient) -> None:
    """The worker has proposed two times."""
    await WAYS[Matters.request](client)
    inside = client.inside
    assert inside.worker is not None
    mine = (await requests.mine(inside.services, client.user.id))[0]
    begun = await appointment_desk.begin(inside.services, inside.worker.id, mine.id)
    assert begun is not None
    times = [inside.services.clock() + timedelta(days=days) for days in (5, 6)]
    whole = appointments.Draft(
        times=times,
        enough=True,
        way=appointments.Way.PLACE,
        where="Asemakatu 2, <hiljaista>",
        who="",
        bring="",
    )
    worker, meeting = inside.worker.id, begun.meeting.id
    edited = await appointment_desk.edit(inside.services, worker, meeting, lambda _draft: whole)
    assert edited is not None
    assert await appointment_desk.propose(inside.services, worker, meeting, edited.mark)
    await client.taps("b_main")
    await client.taps("meetings")


further(Appointment.one, Appointment.mine, "meeting")
further(Appointment.other, Appointment.one, "none_fits")
further(Appointment.sure, Appointment.one, "time", "cancel")


@way(Withdrawal.choose)
async def _withdrawal(client: StraightClient) -> None:
    await WAYS[Consent.sent](client)
    await client.says("miten suostumuksen voi perua?")


further(Matters.memo, Suggestions.keep, "keep", "home", "matters", "memo")
further(Matters.privacy, Matters.main, "privacy")
further(Matters.forget, Matters.privacy, "forget")
further(Matters.forgotten, Matters.forget, "do_forget")
further(Access.looked, Matters.request, "b_main", "privacy", "access")
further(MyData.main, Matters.privacy, "my_data")
further(MyData.correct, MyData.main, "correct")
further(MyData.name, MyData.correct, "detail")


@way(MyData.phone)
async def _number(client: StraightClient) -> None:
    await WAYS[Consent.phone](client)
    await client.says("040 123 4567")
    for widget in ("time:any", "days:90", "consent", "matters", "privacy", "my_data", "correct"):
        await client.taps(widget)
    await client.taps(next(widget for widget in client.widgets if widget.endswith(".phone")))


further(TextMessages.about, MyData.main, "texts")
further(TextMessages.number, TextMessages.about, "give")


@way(TextMessages.agree)
async def _agree(client: StraightClient) -> None:
    await WAYS[TextMessages.number](client)
    await client.says(f"040 {client.user.id % 10**7:07d}")


further(TextMessages.code, TextMessages.agree, "agree")


@way(TextMessages.on)
async def _on(client: StraightClient) -> None:
    await WAYS[TextMessages.code](client)
    await client.says(await code_sent_to(client))


async def code_sent_to(client: StraightClient) -> str:
    """What the courier, which does not run here, would say in the text message."""
    services = client.inside.services
    owner = select(Client.id).where(Client.chat_key == services.vault.fingerprint(client.user.id, "client"))
    async with services.db.read() as session:
        phone = await session.scalar(select(PhoneNumber).where(PhoneNumber.client_id.in_(owner)))
    assert phone is not None
    return text_messages.code_of(services, phone)


further(MyData.rounds, MyData.main, "rounds")
further(MyData.round, MyData.rounds, "round")
further(OwnTime.mine, Menu.main, "matters", "own_times")
further(OwnTime.what, OwnTime.mine, "add")


@way(OwnTime.often)
async def _often(client: StraightClient) -> None:
    await WAYS[OwnTime.what](client)
    await client.says("Ryhmä & <hiljaista>")


further(OwnTime.day, OwnTime.often, "often:weekly")


@way(OwnTime.hour)
async def _hour(client: StraightClient) -> None:
    await WAYS[OwnTime.day](client)
    await client.presses("24")


further(OwnTime.minute, OwnTime.hour, "hour:17")
further(OwnTime.where, OwnTime.minute, "minute:0")


@way(OwnTime.preview)
async def _own_preview(client: StraightClient) -> None:
    await WAYS[OwnTime.where](client)
    await client.says("Kauppakatu 5 & <hiljaista>")


further(OwnTime.one, OwnTime.preview, "save", "own")
further(FollowUps.main, Matters.main, "follow_ups")
further(FollowUp.contacted, FollowUps.main, "now")
further(FollowUp.helped, FollowUp.contacted, "answer:contacted.yes")
further(FollowUp.enough, FollowUp.helped, "answer:helped.partly")
further(FollowUp.needs, FollowUp.enough, "answer:enough.no")
further(FollowUp.expectations, FollowUp.needs, "answer:needs.4")
further(FollowUp.goals, FollowUp.expectations, "skip")
further(FollowUp.area, FollowUp.goals, "answer:goals.2")
further(FollowUp.words, FollowUp.area, "rate:mind.1")
further(FollowUp.next, FollowUp.words, "skip_words", "rate:friends.1", "skip_words")
further(Claim.mine, Matters.main, "claim")
further(Claim.whom, Claim.mine, "new")
further(Claim.items, Claim.whom, "whom:kello")
further(Claim.preview, Claim.items, "items_ok")
further(Claim.code, Claim.preview, "make")


@way(Claim.nothing)
async def _nothing_to_show(client: StraightClient) -> None:
    await WAYS[Menu.main](client)
    await client.taps("matters")
    await client.taps("claim")
    await client.taps("new")


further(Tidy.ask, Matters.privacy, "tidy")
further(Tidy.done, Tidy.ask, "tidy")
further(Enquiry.whom, Menu.main, "enquiry")
further(Enquiry.write, Enquiry.whom, "whom")


@way(Enquiry.found)
async def _found(client: StraightClient) -> None:
    await WAYS[Enquiry.write](client)
    await client.says(
        "Soittakaa 040 123 4567 tai tulkaa, Kauppakatu 5 & <hiljaista>. Hetu 131052-308T, a@b.fi"
    )


@way(Enquiry.preview)
async def _preview(client: StraightClient) -> None:
    await WAYS[Enquiry.write](client)
    await client.says("Mistä saan apua, kun on <hiljaista> & velkaa?")


further(Enquiry.sent, Enquiry.preview, "send")
further(Asked.thread, Enquiry.sent, "open")
further(Asked.mine, Asked.thread, "b_mine")
further(Asked.end, Asked.thread, "finish")
further(Feedback.ask, Suggestions.end, "feedback")
further(Feedback.rate, Feedback.ask, "begin")
further(Feedback.words, Feedback.rate, "skip", "skip", "skip")
further(Feedback.thanks, Feedback.words, "no_words")


@way(Feedback.found)
async def _found_in_feedback(client: StraightClient) -> None:
    await WAYS[Feedback.words](client)
    await client.says("Soittakaa 040 123 4567 & <hiljaista>")


WENT = Answers(helped=Helped.YES, enough=Helped.PARTLY, needs=4, goals=3)


async def followed_up(services: Services, chat_id: int, answers: Answers = WENT, **now: int) -> int:
    """The client has answered a follow-up of the newest request; returns its id."""
    mine = (await requests.mine(services, chat_id))[0]
    async with services.db.work() as session:
        account = await clients.find(session, services, chat_id)
        assert account is not None
        then = (
            await session.scalars(select(tables.CheckIn).where(tables.CheckIn.client_id == account.id))
        ).first()
        after = tables.CheckIn(
            client_id=account.id, made_at=services.clock(), answers=Round(ratings=now).model_dump(mode="json")
        )
        session.add(after)
        await session.flush()
        row = tables.FollowUp(
            client_id=account.id,
            request_id=mine.id,
            number=1,
            state=FollowUpState.ANSWERED,
            due_at=services.clock(),
            answered_at=services.clock(),
            then_id=then.id if then else None,
            now_id=after.id,
            answers=answers.model_dump(mode="json"),
        )
        session.add(row)
        await session.flush()
        return row.id


@way(Telling.ask)
async def _telling(client: StraightClient) -> None:
    await WAYS[Matters.request](client)
    number = await followed_up(client.inside.services, client.user.id, mind=3, friends=1, money=5)
    await client.press_raw(client.window.id, f"go:tell:{number}")


further(Telling.done, Telling.ask, "yes")
