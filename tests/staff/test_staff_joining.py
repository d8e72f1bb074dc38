"""Who is not a worker gets one kind line; a worker comes with an invitation and speaks their own language."""

from datetime import timedelta
from functools import partial

import pytest

from bot.i18n import LANGUAGE_NAMES, LOCALES, speaking
from bot.i18n import gettext as _
from bot.services import staff
from bot.staff.context import not_linked
from tests.services.people import KELLO, OTHER
from tests.staff.office import Office, WorkersPhone

KIND_LINE = "Hei! Tämä on järjestöjen työntekijöiden botti."
SORRY = "Anteeksi, jokin meni rikki"
SAYINGS = (
    *(
        "/start",
        "/requests",
        "/pyynnot",
        "/begaran",
        "/language",
        "/kieli",
        "/sprak",
        "/help",
        "/apua",
        "/hjalp",
    ),
    *("/unknown", "hei", "auttakaa", "/requests 1", "/start  "),
)


async def code(office: Office, organisation: str = KELLO, name: str = "Leena") -> str:
    return (await staff.invite(office.services, organisation, name)).code


# Strangers


@pytest.mark.parametrize("said", SAYINGS)
async def test_a_stranger_who_says_anything_gets_one_kind_line(office: Office, said: str) -> None:
    stranger = office.telephone("Vieras")
    await stranger.says(said)
    assert len(stranger.written) == 1
    assert stranger.written[0].startswith(KIND_LINE)
    assert stranger.buttons == []


async def test_a_stranger_who_sends_anything_gets_one_kind_line(office: Office) -> None:
    stranger = office.telephone("Vieras")
    ways = (
        stranger.sends_photo,
        partial(stranger.sends_document, b"%PDF"),
        stranger.sends_voice,
        stranger.sends_video_note,
        stranger.sends_sticker,
    )
    for number, sends in enumerate(ways, start=1):
        await sends()
        assert len(stranger.written) == number
        assert stranger.written[-1].startswith(KIND_LINE)
    await stranger.sends_location(60.17, 24.94)
    await stranger.sends_contact("+358401234567")
    assert all(line.startswith(KIND_LINE) for line in stranger.written)


@pytest.mark.parametrize(
    "data",
    [
        "r:accept:1",
        "r:show:1",
        "r:close:1:got_help",
        "w:send:1:abc",
        "w:stop:1",
        "l:sv",
        "anything",
        "r:",
        "w:",
    ],
)
async def test_a_stranger_who_presses_anything_gets_one_kind_line(office: Office, data: str) -> None:
    stranger = office.telephone("Vieras")
    await office.client().asks()
    await stranger.press_raw(1, data)
    assert stranger.written == []
    assert stranger.toast is not None
    assert stranger.toast.startswith(KIND_LINE)
    assert stranger.pressed is not None
    assert stranger.pressed.alert


async def test_a_stranger_is_spoken_to_in_the_language_of_their_telephone(office: Office) -> None:
    for language, locale in (("sv", "sv"), ("en-GB", "en"), ("de", "en"), (None, "fi"), ("fi", "fi")):
        stranger = office.telephone("Vieras", language)
        await stranger.says("/start")
        with speaking(locale):
            assert stranger.written == [not_linked()]


# Invitations


async def test_an_invitation_lets_a_worker_in(office: Office) -> None:
    leena = office.telephone("Leena")
    await leena.says(f"/start {await code(office)}")
    assert "Tervetuloa, Leena!" in leena.sees
    assert "Kello" in leena.sees
    worker = await staff.worker(office.services, leena.user.id)
    assert worker is not None
    assert worker.organisation_id == KELLO


async def test_a_used_code_says_so(office: Office) -> None:
    used = await code(office)
    await office.telephone("Leena").says(f"/start {used}")
    other = office.telephone("Pekka")
    await other.says(f"/start {used}")
    assert other.written == [
        "Tämä kutsu on jo käytetty. Jos et käyttänyt sitä itse, kerro siitä palvelun ylläpidolle."
    ]
    assert await staff.worker(office.services, other.user.id) is None


async def test_an_expired_code_says_so(office: Office) -> None:
    late = await code(office)
    await office.simulator.clock.forward(timedelta(days=7, minutes=1))
    leena = office.telephone("Leena")
    await leena.says(f"/start {late}")
    assert leena.written == ["Tämä kutsu on vanhentunut. Pyydä uusi palvelun ylläpidolta."]


@pytest.mark.parametrize("wrong", ["abc", "x" * 64, "ääkköset", "<b>", "%00"])
async def test_an_unknown_code_says_so(office: Office, wrong: str) -> None:
    leena = office.telephone("Leena")
    await leena.says(f"/start {wrong}")
    assert leena.written == [
        "Tämä kutsu ei kelpaa. Tarkista linkki tai pyydä uusi kutsu palvelun ylläpidolta."
    ]


async def test_the_same_link_pressed_again_greets_again(office: Office) -> None:
    leena, link = office.telephone("Leena"), f"/start {await code(office)}"
    for _again in range(2):
        await leena.says(link)
    assert leena.showing("Tervetuloa, Leena!") == 2


async def test_waiting_requests_come_with_the_welcome(office: Office) -> None:
    await office.client().asks()
    leena = await office.worker()
    assert leena.showing("Uusi yhteydenottopyyntö") == 1


async def test_a_name_with_markup_in_it_is_shown_as_it_is(office: Office) -> None:
    leena = office.telephone("Leena")
    await leena.says(f"/start {await code(office, name='Leena <Työ> & Co')}")
    assert "Tervetuloa, Leena <Työ> & Co!" in leena.sees


async def test_a_removed_worker_is_a_stranger_at_once(office: Office) -> None:
    leena = await office.worker()
    await office.client().asks()
    await staff.remove(office.services, await leena.id())
    await office.settled()
    await leena.says("/requests")
    assert leena.sees.startswith(KIND_LINE)
    assert leena.showing("Uusi yhteydenottopyyntö") == 0


# Commands


async def test_start_and_help_greet_a_worker(office: Office) -> None:
    leena = await office.worker()
    for command in ("/start", "/help", "/apua", "/hjalp"):
        await leena.says(command)
        assert "Tervetuloa, Leena!" in leena.sees


async def test_the_menu_of_commands_is_there_in_each_language(office: Office) -> None:
    for language, locale in (("fi", "fi"), ("sv", "sv"), ("en", "en"), ("de", "fi")):
        phone = office.telephone("Leena", language)
        with speaking(locale):
            assert phone.commands == {
                "requests": _("Avoimet ja omat pyynnöt"),
                "enquiries": _("Nimettömät kysymykset"),
                "figures": _("Luvut ja palaute"),
                "code": _("Syötä asiakkaan koodi"),
                "language": _("Vaihda kieli"),
                "help": _("Ohje"),
            }


# Language


async def chooses(phone: WorkersPhone, locale: str) -> None:
    await phone.says("/language")
    await phone.presses(LANGUAGE_NAMES[locale])


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_chosen_language_stays(office: Office, locale: str) -> None:
    leena = await office.worker()
    await chooses(leena, locale)
    with speaking(locale):
        assert leena.toast == _("Kieli vaihdettu.")
        assert leena.screen == _("Jatketaan tällä kielellä.")
        empty = _("Nyt ei ole avoimia pyyntöjä. Kerron heti, kun uusi saapuu.")
        title = _("Uusi yhteydenottopyyntö")
    await leena.says("/requests")
    assert leena.sees == empty
    await office.client().asks()
    assert title in leena.screen, "the courier speaks it, too"


async def test_a_language_chosen_with_a_double_tap_is_chosen_once(office: Office) -> None:
    leena = await office.worker()
    await leena.says("/language")
    message = leena.messages[-1]
    await leena.press_raw(message.id, "l:sv", wait=False)
    await leena.press_raw(message.id, "l:sv")
    assert leena.showing(SORRY) == 0
    with speaking("sv"):
        assert leena.screen == _("Jatketaan tällä kielellä.")


async def test_a_language_nobody_offered_changes_nothing(office: Office) -> None:
    leena = await office.worker()
    await leena.says("/language")
    await leena.press_raw(leena.messages[-1].id, "l:xx")
    worker = await staff.worker(office.services, leena.user.id)
    assert worker is not None
    assert worker.locale == "fi"


# Coming and going


async def test_a_worker_who_blocks_the_bot_is_not_asked_until_they_are_back(office: Office) -> None:
    leena = await office.worker()
    await leena.blocks()
    assert await staff.reachable_organisations(office.services) == frozenset()
    await leena.unblocks()
    assert await staff.reachable_organisations(office.services) == {KELLO}


async def test_what_happens_in_a_group_is_no_block(office: Office) -> None:
    """A worker adds the bot to a group and takes it away again: their own chat is as open as before."""
    leena = await office.worker()
    me = office.staff_bot.shape()
    body = {
        "chat": {"id": -100, "type": "group", "title": "Kahvihuone"},
        "from": leena.user.shape(),
        "date": 0,
        "old_chat_member": {"user": me, "status": "member"},
        "new_chat_member": {"user": me, "status": "left"},
    }
    leena.chat.update("my_chat_member", body, "taken out of a group")
    await office.settled()
    assert await staff.reachable_organisations(office.services) == {KELLO}


async def test_who_moves_to_another_organisation_serves_that_one(office: Office) -> None:
    leena = await office.worker()
    await leena.says(f"/start {await code(office, OTHER)}")
    assert await staff.reachable_organisations(office.services) == {OTHER}
    await office.client().asks()
    assert leena.showing("Uusi yhteydenottopyyntö") == 0
