"""Contact requests in a worker's chat: seen when accepted, taken away when the client says so, answered in words."""

from datetime import timedelta

import pytest

from bot.core.requests import Outcome
from bot.i18n import speaking
from bot.services import clients, closing, staff
from bot.staff import cards
from tests.services.people import HELPS, NAME, OTHER, PHONE, WORDS, request
from tests.staff.office import Office, WorkersPhone

PERSONAL = (NAME, WORDS, HELPS)
SORRY = "Anteeksi, jokin meni rikki"
WRITE, SEND, CANCEL = "✍️ Kirjoita asiakkaalle", "Lähetä", "Peru"
ACCEPT, CLOSE = "🙋 Otan tämän", "✔️ Lopeta pyyntö"


def personal(phone: WorkersPhone) -> int:
    """In how many messages of this chat something personal stands."""
    return sum(any(word in text for word in PERSONAL) for text in phone.written)


async def state(office: Office, request_id: int) -> str:
    return (await request(office.services, request_id)).state


# Accepting


async def test_who_accepts_sees_what_the_client_tells_and_not_before(office: Office) -> None:
    leena = await office.worker()
    aino = office.client()
    await aino.asks()
    assert "Uusi yhteydenottopyyntö" in leena.screen
    assert "Rahat" in leena.screen or "aha" in leena.screen
    assert personal(leena) == 0
    assert leena.buttons == [ACCEPT]
    await leena.presses(ACCEPT)
    assert leena.toast == "Pyyntö on nyt sinulla. Asiakas saa siitä tiedon."
    assert all(word in leena.screen for word in PERSONAL)
    assert len(leena.buttons) == 5
    assert "Leena" in aino.received[-1]


async def test_the_second_worker_hears_who_has_it(office: Office) -> None:
    leena, pekka = await office.worker("Leena"), await office.worker("Pekka")
    await office.client().asks()
    stale = pekka.messages[-1]
    await leena.presses(ACCEPT, wait=False)
    await pekka.presses_on(stale, ACCEPT)
    first, second = (leena, pekka) if personal(leena) else (pekka, leena)
    assert second.toast == f"{first.user.first_name} ehti ensin. Hän hoitaa tämän."
    assert second.pressed is not None
    assert second.pressed.alert
    assert f"Tämän otti {first.user.first_name}." in second.screen
    assert personal(second) == 0
    assert second.buttons == []


async def test_an_old_button_pressed_after_somebody_took_it_tells_who(office: Office) -> None:
    leena, pekka = await office.worker("Leena"), await office.worker("Pekka")
    request_id = await office.client().asks()
    card = pekka.messages[-1]
    await leena.presses(ACCEPT)
    await pekka.press_raw(card.id, f"r:accept:{request_id}")
    assert pekka.toast == "Leena ehti ensin. Hän hoitaa tämän."
    assert personal(pekka) == 0


async def test_a_client_who_tells_nothing_shows_nothing(office: Office) -> None:
    leena = await office.worker()
    await office.client().asks_and_tells_nothing()
    await leena.presses(ACCEPT)
    assert "Yhteys: viestit chatissa" in leena.screen
    assert personal(leena) == 0


async def test_markup_in_what_a_client_wrote_is_shown_as_it_is(office: Office) -> None:
    leena = await office.worker()
    await office.client().asks(name="<b>Aino</b> & 'co'")
    await leena.presses(ACCEPT)
    assert "<b>Aino</b> & 'co'" in leena.screen


async def test_a_number_is_shown_where_a_call_is_wished(office: Office) -> None:
    from bot.core.consent import Reach

    leena = await office.worker()
    await office.client().asks(reach=Reach.PHONE, phone=PHONE)
    assert "Toive: puhelu" in leena.screen
    assert PHONE not in leena.screen
    await leena.presses(ACCEPT)
    assert PHONE in leena.screen


# How it went


async def test_a_request_is_followed_to_its_end(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    request_id = await aino.asks()
    await leena.presses(ACCEPT)
    await leena.presses("📵 Ei tavoitettu")
    assert "ei tavoitettu" in leena.screen
    await leena.presses("🤝 Yhteys saatu")
    assert await state(office, request_id) == "contacted"
    await leena.presses(CLOSE)
    assert len(leena.buttons) == len(Outcome) + 1
    assert await state(office, request_id) == "contacted", "nothing is closed before it is said how it ended"
    await leena.presses("Ohjattiin eteenpäin")
    assert await state(office, request_id) == "closing"
    assert leena.toast == "Merkitsin. Kysyn vielä asiakkaalta, sopiiko lopettaa."
    assert "ohjattiin eteenpäin" in leena.screen
    assert personal(leena) == 1, "it is in hand until the client has answered"
    assert "Sopiiko, että tämä pyyntö päättyy?" in aino.received[-1]
    assert await closing.end(office.services, aino.user.id, request_id) == "closed"
    await office.settled()
    assert "Päättynyt: ohjattiin eteenpäin." in leena.screen
    assert personal(leena) == 0
    assert leena.buttons == []
    assert len(aino.received) == 1 + 4


async def test_closing_can_be_thought_over(office: Office) -> None:
    leena = await office.worker()
    request_id = await office.client().asks()
    await leena.presses(ACCEPT)
    before = leena.buttons
    await leena.presses(CLOSE)
    await leena.presses("⬅️ Takaisin")
    assert leena.buttons == before
    assert await state(office, request_id) == "accepted"


@pytest.mark.parametrize("outcome", Outcome)
async def test_each_outcome_can_be_chosen(office: Office, outcome: Outcome) -> None:
    leena = await office.worker()
    request_id = await office.client().asks()
    await leena.presses(ACCEPT)
    await leena.presses(CLOSE)
    with speaking("fi"):
        await leena.presses(cards.outcome_name(outcome).capitalize())
    assert (await request(office.services, request_id)).outcome == outcome


async def test_a_double_tap_takes_one_step(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    request_id = await aino.asks()
    card = leena.messages[-1]
    for data in ("accept", "contacted"):
        await leena.press_raw(card.id, f"r:{data}:{request_id}", wait=False)
        await leena.press_raw(card.id, f"r:{data}:{request_id}")
    assert await state(office, request_id) == "contacted"
    assert leena.showing(SORRY) == 0
    assert len(aino.received) == 1 + 2


# Rights


FORGED = (
    *(
        "r:accept:{id}",
        "r:contacted:{id}",
        "r:close:{id}:got_help",
        "r:close:{id}",
        "r:write:{id}",
        "r:show:{id}",
    ),
    *("w:send:{id}:abc", "w:stop:{id}"),
)

NONSENSE = (
    *("r:accept:0", "r:accept:-1", "r:accept:99999999999999999999", "r:accept:²", "r:accept:", "r:accept"),
    *("r:", "r::::", "r:nonsense:1", "r:close:1:nonsense", "x", "go:1"),
    *("w:", "w:send:", "w:send:²:x", "w:send:99999999999999999999:x"),
)


@pytest.mark.parametrize("data", FORGED)
async def test_a_press_forged_by_a_worker_of_another_organisation_does_nothing(
    office: Office, data: str
) -> None:
    stranger = await office.worker("Vieras", OTHER)
    leena = await office.worker()
    request_id = await office.client().asks()
    await leena.presses(ACCEPT)
    before = await state(office, request_id)
    await stranger.press_raw(stranger.messages[-1].id, data.format(id=request_id))
    assert await state(office, request_id) == before
    assert personal(stranger) == 0
    assert stranger.pressed is not None
    assert stranger.pressed.answered
    assert stranger.showing(SORRY) == 0


@pytest.mark.parametrize("data", NONSENSE)
async def test_nonsense_in_a_button_is_answered_and_does_nothing(office: Office, data: str) -> None:
    leena = await office.worker()
    request_id = await office.client().asks()
    card = leena.messages[-1]
    await leena.press_raw(card.id, data)
    assert leena.pressed is not None
    assert leena.pressed.answered
    assert leena.showing(SORRY) == 0
    assert await state(office, request_id) == "open"


async def test_a_removed_worker_loses_everything_at_once(office: Office) -> None:
    leena, pekka, aino = await office.worker("Leena"), await office.worker("Pekka"), office.client()
    request_id = await aino.asks()
    await leena.presses(ACCEPT)
    await aino.writes(request_id, "salaisuus")
    card = leena.messages[-2]
    await staff.remove(office.services, await leena.id())
    await office.settled()
    assert personal(leena) == leena.showing("salaisuus") == 0
    await leena.press_raw(card.id, f"r:show:{request_id}")
    assert personal(leena) == 0
    assert ACCEPT in pekka.buttons
    await pekka.presses(ACCEPT)
    assert personal(pekka) == 1


async def test_a_request_that_goes_back_is_told_of_and_not_only_changed_in_an_old_message(
    office: Office,
) -> None:
    leena, pekka = await office.worker("Leena"), await office.worker("Pekka")
    await office.client().asks()
    await leena.presses(ACCEPT)
    await pekka.says("/help")
    await staff.remove(office.services, await leena.id())
    await office.settled()
    assert "Uusi yhteydenottopyyntö" in pekka.screen, "it is the newest message again"
    assert pekka.showing("hteydenottopyyntö #1") == 1
    await pekka.presses(ACCEPT)
    assert personal(pekka) == 1


# One place


async def test_listing_twice_leaves_personal_data_in_one_message(office: Office) -> None:
    leena = await office.worker()
    await office.client().asks()
    await leena.presses(ACCEPT)
    for _ in range(3):
        await leena.says("/requests")
        assert personal(leena) == 1


async def test_the_list_shows_what_waits_and_what_is_in_hand(office: Office) -> None:
    leena = await office.worker()
    await leena.says("/requests")
    assert leena.sees == "Nyt ei ole avoimia pyyntöjä. Kerron heti, kun uusi saapuu."
    await office.client().asks()
    await leena.presses(ACCEPT)
    await office.client("Bo").asks()
    await leena.says("/requests")
    assert leena.sees.count("hteydenottopyyntö") == 2
    assert personal(leena) == 1


async def test_a_press_on_a_copy_of_the_card_leaves_one_card(office: Office) -> None:
    """The line broke after the card had arrived, so it came twice."""
    leena = await office.worker()
    office.simulator.faults.add("cut_after", "sendMessage", chat_id=leena.user.id)
    aino = office.client()
    request_id = await aino.asks()
    await office.simulator.clock.forward(timedelta(seconds=11))
    office.services.bell.set()
    await office.settled()
    copies = [message for message in leena.messages if "Uusi yhteydenottopyyntö" in message.text]
    assert len(copies) == 2
    await leena.presses_on(copies[0], ACCEPT)
    assert await state(office, request_id) == "accepted"
    assert personal(leena) == 1
    await aino.withdraws()
    assert personal(leena) == 0


# The client takes it back


async def test_a_withdrawn_consent_takes_everything_away_at_once(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    request_id = await aino.asks()
    await leena.presses(ACCEPT)
    await aino.writes(request_id, "salaisuus")
    assert leena.showing("salaisuus") == 1
    await aino.withdraws()
    assert personal(leena) == leena.showing("salaisuus") == 0
    assert leena.showing("Asiakas on perunut suostumuksen") == 1
    assert leena.buttons == []
    await leena.says("/requests")
    assert "Nyt ei ole avoimia pyyntöjä" in leena.sees


async def test_forgetting_takes_everything_away_at_once(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    request_id = await aino.asks()
    await leena.presses(ACCEPT)
    await aino.writes(request_id, "salaisuus")
    await clients.forget(office.services, aino.user.id)
    await office.settled()
    assert personal(leena) == leena.showing("salaisuus") == 0


@pytest.mark.parametrize("data", ["contacted", "show", "close", "close:got_help", "write"])
async def test_after_a_withdrawal_no_old_button_does_anything(office: Office, data: str) -> None:
    leena, aino = await office.worker(), office.client()
    request_id = await aino.asks()
    await leena.presses(ACCEPT)
    card = leena.messages[-1]
    await aino.withdraws()
    step, _, outcome = data.partition(":")
    await leena.press_raw(card.id, f"r:{step}:{request_id}" + (f":{outcome}" if outcome else ""))
    assert await state(office, request_id) == "withdrawn"
    assert personal(leena) == 0
    assert leena.showing(SORRY) == 0
    assert leena.pressed is not None
    assert leena.pressed.answered


async def test_a_withdrawal_during_a_press_leaves_nothing_personal(office: Office) -> None:
    """The card was read, the client withdraws, and only then does the card reach the worker's chat."""
    import asyncio

    leena, aino = await office.worker(), office.client()
    await aino.asks()
    office.simulator.faults.add("delay", "editMessageText", chat_id=leena.user.id, seconds=0.4)
    await leena.presses(ACCEPT, wait=False)
    await asyncio.sleep(0.2)
    await aino.withdraws()
    await office.settled()
    assert personal(leena) == 0
    assert leena.showing("Asiakas on perunut suostumuksen") == 1


async def test_a_consent_that_ran_out_takes_everything_away(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    await aino.asks(days=30)
    await leena.presses(ACCEPT)
    await office.simulator.clock.forward(timedelta(days=30, minutes=1))
    office.services.bell.set()
    for _ in range(100):
        await office.settled()
        if not personal(leena):
            break
    assert personal(leena) == 0
    assert "päättyi tänään" in aino.received[-1]


async def test_a_client_who_closed_the_chat_is_told_of(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    await aino.asks()
    office.simulator.chat(office.client_bot, aino.user).block()
    office.client_bot.confirm(before=10**9)
    await leena.presses(ACCEPT)
    assert "Pyyntö #1: asiakas on sulkenut chatin" in leena.screen, "as a message of its own"
    assert leena.showing("⚠️ Asiakas on sulkenut chatin.") == 1, "and on the card"


# A word through the bot


async def writes(leena: WorkersPhone, words: str) -> None:
    await leena.presses(WRITE)
    await leena.says(words)


async def test_words_are_shown_before_they_go(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    await aino.asks()
    await leena.presses(ACCEPT)
    before = len(aino.received)
    await writes(leena, "Soitan <b>huomenna</b> & kysyn, sopiiko?")
    assert "Soitan <b>huomenna</b> & kysyn, sopiiko?" in leena.screen
    assert leena.buttons == [SEND, CANCEL]
    assert len(aino.received) == before
    await leena.presses(SEND)
    assert leena.screen == "Viesti lähtee asiakkaalle."
    assert "Soitan <b>huomenna</b> & kysyn, sopiiko?" in aino.received[-1]
    assert "Leena" in aino.received[-1]


async def test_words_that_were_given_up_do_not_go(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    await aino.asks()
    await leena.presses(ACCEPT)
    before = len(aino.received)
    await writes(leena, "Hei!")
    preview = leena.messages[-1]
    await leena.presses_on(preview, CANCEL)
    assert leena.screen == "Viestiä ei lähetetty."
    await leena.presses_on(preview, CANCEL) if preview.buttons else None
    assert len(aino.received) == before


async def test_writing_can_be_given_up_before_a_word_is_written(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    await aino.asks()
    await leena.presses(ACCEPT)
    await leena.presses(WRITE)
    await leena.presses(CANCEL)
    await leena.says("tämä ei ole kenellekään")
    assert leena.screen.startswith("Kiitos viestistä.")
    assert all("kenellekään" not in text for text in aino.received)


async def test_a_double_tap_sends_once_and_says_that_it_was_sent(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    await aino.asks()
    await leena.presses(ACCEPT)
    await writes(leena, "Hei!")
    preview = leena.messages[-1]
    data = preview.buttons[0][0]["callback_data"]
    await leena.press_raw(preview.id, data, wait=False)
    await leena.press_raw(preview.id, data)
    assert leena.screen == leena.toast == "Viesti lähtee asiakkaalle."
    assert leena.showing(SORRY) == 0
    assert sum("Hei!" in text for text in aino.received) == 1


async def test_what_was_previewed_is_what_goes(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    await aino.asks()
    await leena.presses(ACCEPT)
    await writes(leena, "Ensimmäinen")
    first = leena.messages[-1]
    await leena.says("Toinen")
    second = leena.messages[-1]
    await leena.presses_on(first, SEND)
    assert first.text == "Viestiä ei lähetetty."
    await leena.presses_on(second, SEND)
    assert [text for text in aino.received if "Ensimmäinen" in text] == []
    assert sum("Toinen" in text for text in aino.received) == 1


async def test_text_without_a_request_is_answered_kindly_and_goes_nowhere(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    await aino.asks()
    await leena.says("Moi kaikille")
    assert leena.screen.startswith("Kiitos viestistä.")
    assert all("Moi" not in text for text in aino.received)


async def test_the_longest_message_goes_as_the_preview_shows_it(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    await aino.asks()
    await leena.presses(ACCEPT)
    await writes(leena, "<&" * 2048)
    assert leena.showing(SORRY) == 0
    await leena.presses(SEND)
    assert "<&" * 500 in aino.received[-1]


async def test_words_are_not_sent_after_a_withdrawal(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    await aino.asks()
    await leena.presses(ACCEPT)
    await writes(leena, "Hei!")
    preview = leena.messages[-1]
    await aino.withdraws()
    await leena.presses_on(preview, SEND)
    assert leena.toast == "Viestiä ei lähetetty."
    assert all("Hei!" not in text for text in aino.received)


async def test_a_clients_answer_can_be_answered(office: Office) -> None:
    leena, aino = await office.worker(), office.client()
    request_id = await aino.asks()
    await leena.presses(ACCEPT)
    await aino.writes(request_id, "Kiitos, sopii!")
    assert "Kiitos, sopii!" in leena.screen
    await leena.presses("✍️ Vastaa")
    await leena.says("Nähdään!")
    await leena.presses(SEND)
    assert "Nähdään!" in aino.received[-1]


# A bad day


async def test_pictures_and_the_like_are_kindly_refused(office: Office) -> None:
    leena = await office.worker()
    await leena.sends_photo(caption="salainen kuva")
    assert leena.screen.startswith("Osaan välittää vain tekstiä.")
    await leena.sends_voice()
    assert leena.screen.startswith("Osaan välittää vain tekstiä.")


async def test_an_unknown_command_is_told_what_there_is(office: Office) -> None:
    leena = await office.worker()
    await leena.says("/jotain")
    assert leena.screen.startswith("Tuota komentoa en tunne. /requests")


async def test_a_press_too_old_to_be_answered_is_handled_all_the_same(office: Office) -> None:
    """After an outage Telegram brings the presses of hours ago, and takes no answers to them."""
    leena = await office.worker()
    request_id = await office.client().asks()
    card = leena.messages[-1]
    office.simulator.latency = 0.2
    query = leena.chat.press(card.id, f"r:accept:{request_id}")
    query.asked -= timedelta(hours=2)
    await office.settled()
    office.simulator.latency = 0
    assert await state(office, request_id) == "accepted"
    assert personal(leena) == 1
    assert leena.showing(SORRY) == 0


async def test_a_reply_waits_out_a_short_flood(office: Office) -> None:
    leena = await office.worker()
    office.simulator.faults.add("flood", "sendMessage", chat_id=leena.user.id, seconds=1)
    await leena.says("/help")
    assert "Tervetuloa, Leena!" in leena.sees


async def test_when_something_of_ours_breaks_the_worker_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    leena = await office.worker()
    await office.client().asks()

    def breaks(*_: object) -> None:
        raise KeyError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(cards, "keyboard", breaks)
        await leena.presses(ACCEPT)
        assert leena.showing(SORRY) == 1
    await leena.says("/requests")
    assert personal(leena) == 1
