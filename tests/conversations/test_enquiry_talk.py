"""A question without a name, through both bots as they run: asked, answered, gone on with, ended, and nobody known."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.enquiries import IDLE_ENDS, KEPT_AFTER_END
from bot.db.tables import Base, OutboxMessage
from bot.demo import CLIENT_TOKEN, STAFF_TOKEN, settings_for
from bot.services import housekeeping, staff
from bot.simulator.api import Simulator
from bot.simulator.chats import Bot
from bot.simulator.driver import NotSeen, Phone, until_quiet
from tests.conversations.people import Client
from tests.conversations.talking import PATIENCE, Talk, service

MORNING = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)  # a Wednesday, ten o'clock in Helsinki
QUESTION, ANSWER, MORE = (
    "Saako velkaneuvontaa ilman aikaa?",
    "Tervetuloa maanantaina.",
    "Kiitos! Mihin aikaan?",
)
ANSWER_BUTTON, END, BLOCK = "✍️ Vastaa", "✔️ Lopeta keskustelu", "🚫 Estä kysyjä"
OPEN = "🕶 Avaa keskustelu"


class Town(Talk):
    """Everybody in it, and a memory of all that the staff bot was ever told to say."""

    said_to_workers: list[str]

    async def settled(self) -> None:
        """Until both bots and the courier have done all that is due."""
        calm = 0
        while calm < 2:
            await until_quiet(self.simulator.activity, PATIENCE)
            calm = 0 if await self._something_is_due() else calm + 1

    async def _something_is_due(self) -> bool:
        due = select(OutboxMessage.id).where(
            OutboxMessage.state.in_(["waiting", "leased"]), OutboxMessage.due_at <= self.services.clock()
        )
        async with self.services.db.read() as session:
            return (await session.scalars(due.limit(1))).first() is not None

    async def asks(self, client: Client, words: str = QUESTION) -> None:
        """The whole way from /start to a question that has gone."""
        await client.begins()
        await client.taps("enquiry")
        await client.tells_no_place()
        await client.taps("whom")
        await client.says(words)
        await client.taps("send")
        await self.settled()

    async def answers(self, worker: Phone, words: str = ANSWER) -> None:
        await worker.presses(ANSWER_BUTTON)
        await worker.says(words)
        await worker.presses("Lähetä")
        await self.settled()


@asynccontextmanager
async def town_in(folder: Path) -> AsyncIterator[Town]:
    simulator = Simulator(start=MORNING)
    simulator.add_bot(CLIENT_TOKEN, "rinnalla_demo_bot", "Rinnalla")
    staff_bot = simulator.add_bot(STAFF_TOKEN, "rinnalla_tyo_bot", "Rinnalla – työntekijät")
    said, carry_out = [], simulator.call

    async def remembered(bot: Bot, name: str, given: Any) -> Any:
        if bot is staff_bot:
            said.append(f"{name} {given}")
        return await carry_out(bot, name, given)

    simulator.call = remembered  # type: ignore[method-assign]
    async with simulator, service(simulator, settings_for(simulator.url, folder)) as started:
        town = Town(started)
        town.said_to_workers = said
        yield town


@pytest.fixture(scope="module")
async def one_town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with town_in(tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.fixture
async def town(one_town: Town) -> AsyncIterator[Town]:
    """New people in every test."""
    yield one_town
    await one_town.settled()
    await one_town.ends()
    await one_town.settled()
    one_town._clients.clear()
    one_town._workers.clear()


@pytest.fixture
async def own_town(tmp_path: Path) -> AsyncIterator[Town]:
    """For a test that moves the clock or reads the files."""
    async with town_in(tmp_path) as opened:
        yield opened


def alias_on(card: str) -> str:
    found = re.search(r"Kysyjä: (\w+ \w+)", card)
    assert found, card
    return found[1]


def showing(phone: Phone, words: str) -> int:
    """In how many of the bot's messages these words stand."""
    return sum(words in message.text for message in phone.messages if message.from_bot)


# Asking and answering


async def test_a_question_is_answered_and_gone_on_with_until_it_ends(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    assert "Kysymyksesi lähti" in aino.screen
    card = leena.screen
    assert QUESTION in card
    alias = alias_on(card)
    assert alias in aino.screen
    await leena.presses(ANSWER_BUTTON)
    assert "Näet sen vielä ennen kuin se lähtee" in leena.screen
    await leena.says(ANSWER)
    assert f"Tämä lähtee kysyjälle:\n{ANSWER}" in leena.screen
    assert ANSWER not in aino.transcript()
    await leena.presses("Lähetä")
    await town.settled()
    assert f"Leena (Mielenterveysyhdistys Kello ry) vastaa kysymykseesi:\n{ANSWER}" in aino.sees
    await aino.presses(OPEN)
    assert QUESTION in aino.screen
    assert ANSWER in aino.screen
    await aino.says(MORE)
    assert "Tämä lähtee" in aino.screen
    assert MORE not in leena.transcript()
    await aino.taps("send")
    await town.settled()
    assert MORE in leena.screen
    assert showing(leena, QUESTION) == 1, "one message shows it"
    await aino.taps("finish")
    await aino.taps("end")
    await town.settled()
    assert "Lopetit tämän keskustelun" in aino.window.text
    assert "Päättynyt: kysyjä lopetti keskustelun." in leena.screen
    with pytest.raises(NotSeen):
        await leena.presses(ANSWER_BUTTON)


async def test_each_question_has_a_new_name(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    first = alias_on(leena.screen)
    await aino.taps("home")
    await aino.taps("enquiry")
    assert first in str(aino.buttons)
    await aino.taps("new")
    await aino.taps("whom")
    await aino.says("Toinen asia")
    await aino.taps("send")
    await town.settled()
    assert "Toinen asia" in leena.screen
    assert alias_on(leena.screen) != first


async def test_sent_twice_goes_once(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await aino.begins()
    await aino.taps("enquiry")
    await aino.taps("whom")
    await aino.says(QUESTION)
    await aino.taps("send", wait=False)
    await aino.taps("send")
    await town.settled()
    assert showing(leena, QUESTION) == 1
    await leena.presses(ANSWER_BUTTON)
    await leena.says(ANSWER)
    await leena.presses("Lähetä", wait=False)
    await leena.presses("Lähetä")
    await town.settled()
    assert showing(aino, ANSWER) == 1


async def test_workers_look_them_up_in_their_own_language(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await leena.says("/kysymykset")
    assert "Nyt ei ole nimettömiä kysymyksiä" in leena.screen
    await town.asks(aino)
    for command in ("/enquiries", "/kysymykset", "/fragor"):
        await leena.says(command)
        assert QUESTION in leena.screen
        assert showing(leena, QUESTION) == 1


async def test_markup_in_words_is_shown_as_it_is(town: Town) -> None:
    words = "<b>lihava</b> & </blockquote> {alias} %s"
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino, words)
    assert words in leena.screen
    await town.answers(leena, words)
    assert words in aino.screen


async def test_nobody_to_answer_means_no_button(town: Town) -> None:
    aino = town.client("Aino")
    await aino.begins()
    assert "enquiry" not in aino.widgets
    await town.worker("Leena")
    await aino.says("/menu")
    assert "enquiry" in aino.widgets


async def test_general_advice_comes_first_and_then_who_is_near(town: Town) -> None:
    for number, organisation in enumerate(["suvanto", "vaentupa", "kello", "hyvaks"]):
        await town.worker(f"T{number}", organisation)
    aino = town.client("Aino")
    await aino.begins()
    await aino.taps("enquiry")
    await aino.says("Äänekoski")
    order = [widget.removeprefix("whom:") for widget in aino.widgets if widget.startswith("whom:")]
    assert order[0] == "hyvaks"
    assert set(order) == {"suvanto", "vaentupa", "kello", "hyvaks"}
    assert "💬 yleinen neuvonta" in aino.screen


# What would tell who somebody is


async def test_nothing_of_whoever_asks_can_be_read_by_workers_or_in_the_files(
    own_town: Town, tmp_path: Path
) -> None:
    town = own_town
    leena = await town.worker("Leena")
    aino = town.client("Ksantippa", "pt-br")
    aino.user.last_name, aino.user.username = "Salaperäinen", "ksanti_salainen"
    await town.asks(aino, "sininen salaisuuteni")
    await town.answers(leena, "vihreä vastaukseni")
    await aino.presses("🕶")
    await aino.says("punainen lisäykseni")
    await aino.taps("send")
    await town.settled()
    told = " ".join([*town.said_to_workers, leena.transcript()])
    assert "sininen salaisuuteni" in told
    assert "punainen lisäykseni" in told
    for secret in ("Ksantippa", "Salaperäinen", "ksanti_salainen", str(aino.user.id), "pt-br", "English"):
        assert secret not in told, secret
    async with town.services.db.read() as session:
        enquiries = Base.metadata.tables["enquiries"]
        stored = [row._mapping for row in await session.execute(select(enquiries))]
    readable = [value for row in stored for name, value in row.items() if name != "route"]
    assert "en" not in readable
    assert stored[0]["route"] == {"chat": aino.user.id, "locale": "en"}
    raw = b"".join(map(Path.read_bytes, tmp_path.glob("rinnalla.db*")))  # noqa: ASYNC240 (nobody waits)
    assert alias_on(leena.screen).encode() in raw, "so we are looking in the right place"
    secrets = (
        "Ksantippa",
        "Salaper",
        "ksanti_salainen",
        str(aino.user.id),
        "pt-br",
        "sininen",
        "vihre",
        "punainen",
    )
    for secret in secrets:
        assert secret.encode() not in raw, secret


async def test_contact_details_are_pointed_out_and_can_be_taken_out(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    telling = "Soita 040 123 4567, Kauppakatu 5, aino@example.fi, hetu 131052-308T"
    await aino.begins()
    await aino.taps("enquiry")
    await aino.taps("whom")
    await aino.says(telling)
    for found in ("040 123 4567", "Kauppakatu 5", "aino@example.fi", "131052-308T"):
        assert found in aino.screen
    await aino.taps("change")
    assert telling in aino.screen, "so that it can be copied"
    await aino.says(QUESTION)
    assert QUESTION in aino.screen
    await aino.taps("send")
    await town.settled()
    assert QUESTION in leena.screen
    assert "040 123" not in " ".join(town.said_to_workers)


async def test_contact_details_go_if_that_is_wished(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await aino.begins()
    await aino.taps("enquiry")
    await aino.taps("whom")
    await aino.says("Soita 040 123 4567")
    await aino.taps("as_it_is")
    await aino.taps("send")
    await town.settled()
    assert "Soita 040 123 4567" in leena.screen


async def test_pictures_voice_files_and_contacts_are_refused_with_the_reason(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await aino.begins()
    await aino.taps("enquiry")
    await aino.taps("whom")
    for act, reason in (
        (aino.sends_photo, "Kuvasta tai tiedostosta voi näkyä, kuka olet"),
        (lambda: aino.sends_document(b"x"), "Kuvasta tai tiedostosta voi näkyä, kuka olet"),
        (aino.sends_voice, "Äänestä ja videosta voi tunnistaa ihmisen"),
        (aino.sends_video_note, "Äänestä ja videosta voi tunnistaa ihmisen"),
        (lambda: aino.sends_contact("+358401234567"), "kuka tai missä olet"),
        (lambda: aino.sends_location(62.2, 25.7), "kuka tai missä olet"),
    ):
        await act()
        assert reason in aino.sees
        assert "Mitä haluat kysyä?" in aino.screen
    assert "kysymys #" not in leena.transcript()


async def test_words_of_danger_get_help_first_and_can_then_be_sent(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await aino.begins()
    await aino.taps("enquiry")
    await aino.taps("whom")
    await aino.says("en jaksa enää elää, haluan kuolla")
    assert "ei tarvitse olla yksin" in aino.screen
    await aino.taps("go_on")
    assert "Tämä lähtee" in aino.screen
    await aino.taps("send")
    await town.settled()
    assert "en jaksa enää elää" in leena.screen


# Two workers


async def test_colleagues_see_who_is_answering_and_do_not_answer_at_once(town: Town) -> None:
    leena, pekka, aino = await town.worker("Leena"), await town.worker("Pekka"), town.client("Aino")
    await town.asks(aino)
    old = pekka.messages[-1]
    await leena.presses(ANSWER_BUTTON)
    await town.settled()
    assert "Leena kirjoittaa juuri vastausta" in pekka.screen
    assert ANSWER_BUTTON not in pekka.buttons
    await pekka.press_raw(old.id, f"e:answer:{re.findall('#([0-9]+)', old.text)[0]}")
    assert pekka.toast == "Leena kirjoittaa juuri vastausta."
    await leena.says(ANSWER)
    await leena.presses("Lähetä")
    await town.settled()
    assert "Leena vastaa tälle kysyjälle" in pekka.screen
    assert ANSWER in pekka.screen


async def test_an_answer_that_was_crossed_by_words_is_looked_at_again(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    await leena.presses(ANSWER_BUTTON)
    await leena.says(ANSWER)
    preview = leena.messages[-1]
    await aino.taps("open")
    await aino.says(MORE)
    await aino.taps("send")
    await town.settled()
    await leena.presses_on(preview, "Lähetä")
    assert leena.toast == "Keskusteluun on tullut uutta. Katso se ensin."
    assert MORE in leena.sees
    assert ANSWER in leena.screen
    await leena.presses("Lähetä")
    await town.settled()
    assert showing(aino, ANSWER) == 1


async def test_giving_up_an_answer_sets_the_question_free(town: Town) -> None:
    leena, pekka, aino = await town.worker("Leena"), await town.worker("Pekka"), town.client("Aino")
    await town.asks(aino)
    await leena.presses(ANSWER_BUTTON)
    await leena.presses("Peru")
    await town.settled()
    assert leena.toast == "Vastausta ei lähetetty."
    assert ANSWER_BUTTON in pekka.buttons
    await leena.says("eksynyt sana")
    await town.settled()
    assert showing(aino, "eksynyt") == 0


# Ending, blocking, getting lost


async def test_a_worker_ends_it_after_a_second_thought(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    await leena.presses(END)
    assert "Lopetetaanko keskustelu" in leena.screen
    await leena.presses("⬅️ Takaisin")
    assert QUESTION in leena.screen
    await leena.presses(END)
    await leena.presses("Kyllä, lopeta")
    await town.settled()
    assert "Mielenterveysyhdistys Kello ry on lopettanut nimettömän keskustelun." in aino.screen
    await aino.presses(OPEN)
    assert QUESTION in aino.screen
    await aino.says(MORE)
    assert "Tämä keskustelu on päättynyt. Viestiä ei lähetetty." in aino.sees


async def test_a_block_is_sure_secret_and_can_be_undone(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    await leena.presses(BLOCK)
    assert "Et saa tietää, kuka hän on" in leena.screen
    await leena.presses("Kyllä, estä")
    await town.settled()
    assert "est" not in aino.screen.replace("keskustelun", "").replace("Viest", "").replace("viest", "")
    await aino.says("/menu")
    await aino.taps("enquiry")
    assert "new" not in aino.widgets
    await leena.presses("↩️ Peru esto")
    await town.settled()
    assert ANSWER_BUTTON in leena.buttons
    await town.answers(leena)
    assert ANSWER in aino.screen


async def test_who_has_blocked_the_bot_ends_it_and_the_worker_hears_it_neutrally(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    await aino.blocks()
    await town.answers(leena)
    assert showing(leena, "Päättynyt: kysyjä ei ole enää tavoitettavissa.") == 1


async def test_answers_wait_for_the_morning(own_town: Town) -> None:
    town = own_town
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    await town.simulator.clock.move_to(MORNING.replace(hour=20))
    await town.answers(leena)
    assert showing(aino, ANSWER) == 0
    await town.simulator.clock.move_to(MORNING.replace(day=12, hour=6, minute=1))
    town.services.bell.set()
    await town.settled()
    assert showing(aino, ANSWER) == 1


async def test_answers_come_in_order_and_in_the_language_of_whoever_asked(own_town: Town) -> None:
    town = own_town
    leena, aino = await town.worker("Leena"), town.client("Aino", "en")
    await town.asks(aino)
    await town.simulator.clock.move_to(MORNING.replace(hour=20))
    numbers = [f"vastaus {number}" for number in range(5)]
    for words in numbers:
        await town.answers(leena, words)
    await aino.says("/kieli")
    await aino.taps("locale:sv")
    await town.simulator.clock.move_to(MORNING.replace(day=12, hour=6, minute=1))
    town.services.bell.set()
    await town.settled()
    came = [message.text for message in aino.messages if "svarar på din fråga" in message.text]
    assert [text.splitlines()[-1] for text in came] == numbers


async def test_stop_ends_it_and_takes_the_words_away_from_workers(own_town: Town) -> None:
    town = own_town
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino, "sininen salaisuuteni")
    await town.answers(leena)
    await aino.says("/stop")
    await town.settled()
    assert "Kaikki on poistettu" in aino.screen
    assert showing(leena, "sininen") == 0
    assert showing(leena, "Päättynyt: kysyjä lopetti keskustelun.") == 1
    async with town.services.db.read() as session:
        for name in ("enquiry_messages", "clients"):
            assert (await session.execute(select(Base.metadata.tables[name]))).all() == []


async def test_forget_me_tells_of_enquiries_and_removes_them(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    await aino.says("/omat")
    assert "Täällä ovat nimettömät kysymyksesi. Muuta en ole sinusta tallentanut." in aino.screen
    await aino.taps("privacy")
    await aino.taps("forget")
    assert "• 1 nimetön kysymys" in aino.screen
    await aino.taps("do_forget")
    await town.settled()
    assert showing(leena, QUESTION) == 0


async def test_silence_is_ended_kindly_and_cards_lose_their_words_in_time(own_town: Town) -> None:
    town = own_town
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    await town.simulator.clock.forward(IDLE_ENDS + timedelta(minutes=1))
    await housekeeping.purge(town.services)
    await town.settled()
    assert "ei ole pitkään aikaan tullut viestejä" in aino.screen
    assert showing(leena, QUESTION) == 1
    await town.simulator.clock.forward(KEPT_AFTER_END + timedelta(minutes=1))
    await housekeeping.purge(town.services)
    await town.settled()
    assert showing(leena, QUESTION) == 0
    await aino.presses(OPEN)
    assert "Tätä keskustelua ei enää ole." in aino.window.text


async def test_who_leaves_sees_it_no_more(town: Town) -> None:
    leena, _pekka, aino = await town.worker("Leena"), await town.worker("Pekka"), town.client("Aino")
    await town.asks(aino)
    linked = await staff.worker(town.services, leena.user.id)
    assert linked is not None
    await staff.remove(town.services, linked.id)
    await town.settled()
    assert showing(leena, QUESTION) == 0
    assert "Tämä kysymys ei ole enää nähtävilläsi." in leena.screen
    await leena.says("/enquiries")
    assert QUESTION not in leena.transcript()


# On to a contact request


async def test_from_an_enquiry_to_a_contact_request_in_one_step(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    alias = alias_on(leena.screen)
    await town.answers(leena)
    await aino.presses(OPEN)
    await aino.taps("ask")
    assert "Tämän näkee se työntekijä" in aino.screen
    assert f"On kysynyt nimettömästi nimellä: {alias}" in aino.screen
    assert "Nimi:" not in aino.screen
    await aino.taps("consent")
    await town.settled()
    assert alias not in leena.screen
    await leena.presses("🙋 Otan tämän")
    assert f"On kysynyt nimettömästi nimellä: {alias}" in leena.screen


async def test_that_one_has_asked_can_be_left_out_of_a_request(town: Town) -> None:
    leena, aino = await town.worker("Leena"), town.client("Aino")
    await town.asks(aino)
    alias = alias_on(leena.screen)
    await aino.taps("open")
    await aino.taps("ask")
    await aino.taps("change")
    await aino.taps("item:enquiry")
    await aino.taps("items_ok")
    await aino.taps("by_chat")
    await aino.taps("time:any")
    await aino.taps("days:30")
    assert alias not in aino.screen
