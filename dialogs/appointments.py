"""Appointments with a worker: choosing a time, wishing for another, cancelling; and the answers to reminders."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)
from aiogram_dialog import Dialog, DialogManager, ShowMode, StartMode
from aiogram_dialog.widgets.kbd import Button

from bot import appointment_views, calendar_file, views
from bot.core.appointments import Act, Answer
from bot.i18n import fill, html
from bot.i18n import gettext as _
from bot.services import appointments
from bot.services.appointments import Meeting
from bot.services.base import Services
from dialogs import choices
from dialogs.common import (
    Label,
    OneAtATime,
    Ready,
    Tr,
    as_id,
    chat_of,
    cut,
    give_back_text,
    in_moderation,
    keep_round,
    leave,
    page,
    services_of,
    tell,
    to,
)
from dialogs.states import Appointment as At


async def start(manager: DialogManager, appointment_id: int) -> None:
    """Where the buttons of messages about it lead."""
    await keep_round(manager)
    await manager.start(At.one, data={"appointment": appointment_id}, mode=StartMode.RESET_STACK)


async def start_other(manager: DialogManager, appointment_id: int) -> None:
    """Straight to wishing for another time."""
    await keep_round(manager)
    found = await appointments.one_of_mine(services_of(manager), chat_of(manager).id, appointment_id)
    possible = found is not None and Act.ASK in found.acts
    at = At.other if possible else At.one
    await manager.start(at, data={"appointment": appointment_id}, mode=StartMode.RESET_STACK)


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data or {})


def _id(manager: DialogManager) -> int:
    return int(manager.dialog_data.get("appointment") or 0)


def _about(manager: DialogManager) -> str:
    """What a button with consequences is about: pressed in an older message it leaves things alone."""
    return f"{_id(manager)}.{manager.dialog_data.get('sequence', 0)}"


async def _meeting(manager: DialogManager) -> Meeting | None:
    return await appointments.one_of_mine(services_of(manager), chat_of(manager).id, _id(manager))


# --- all of them


async def get_mine(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    found = await appointments.mine(services, chat_of(dialog_manager).id)
    return {
        "meetings": [(str(one.id), appointment_views.button(one, services)) for one in found],
        "none": not found,
    }


async def on_one(_callback: CallbackQuery, _select: Any, manager: DialogManager, meeting_id: str) -> None:
    manager.dialog_data["appointment"] = as_id(meeting_id)
    await manager.switch_to(At.one)


async def on_leave(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


# --- one


async def get_one(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    one = await _meeting(dialog_manager)
    if one is None:
        gone = html(_("Tätä tapaamista ei enää ole."))
        return {"meeting": gone, "times": [], "choose": False, "ask": False, "decline": False} | _NOTHING
    dialog_manager.dialog_data["sequence"] = one.sequence
    zone, acts, now = services.settings.zone, one.acts, services.clock()
    times = one.times if Act.CHOOSE in acts else ()
    text = views.joined(
        html(appointment_views.state_for_client(one, now)),
        fill("\n{glance}", glance=appointment_views.glance(one, services)),
        appointment_views.length(one.minutes),
        html(_("\nVoit valita vain ajan, joka on vielä edessä.")) if times and times[0] <= now else None,
    )
    return {
        "meeting": text,
        "times": [
            (f"{one.id}.{one.sequence}.{int(time.timestamp())}", views.when(time, zone))
            for time in times
            if time > now
        ],
        "choose": bool(times),
        "ask": Act.ASK in acts and Act.CHOOSE not in acts,
        "decline": Act.DECLINE in acts,
        "cancel": Act.CANCEL in acts,
        "file": Act.CANCEL in acts,
    }


_NOTHING = {"cancel": False, "file": False}


async def on_time(_callback: CallbackQuery, _select: Any, manager: DialogManager, item: str) -> None:
    """`APPOINTMENT.SEQUENCE.SECONDS`, of the window as it was shown."""
    meeting, sequence, seconds = ([as_id(part) for part in item.split(".")] + [None] * 3)[:3]
    one = await _meeting(manager)
    times = {int(time.timestamp()): time for time in one.times} if one else {}
    manager.show_mode = ShowMode.SEND  # the window comes after a line, not above it
    if one is None or seconds is None or (meeting, sequence) != (one.id, one.sequence):
        await tell(manager, _("Ajat ovat muuttuneet. Tässä ovat uusimmat."))
    elif seconds not in times or not await appointments.choose(
        services_of(manager), chat_of(manager).id, one.id, times[seconds]
    ):
        await tell(manager, _("Tätä aikaa ei voi enää valita. Voit toivoa muita aikoja."))
    else:
        manager.show_mode = ShowMode.AUTO
    await manager.switch_to(At.one)


async def on_decline(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await appointments.decline(services_of(manager), chat_of(manager).id, _id(manager))
    await callback.answer(_("Selvä. Kerron työntekijälle."))


async def on_file(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    one = await _meeting(manager)
    content = calendar_file.build(one, services_of(manager)) if one else None
    event: Any = manager.event
    if content and await in_moderation(manager):
        await event.message.answer_document(BufferedInputFile(content, calendar_file.NAME))
        manager.show_mode = ShowMode.SEND


async def on_cancel(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    done = await appointments.cancel(services_of(manager), chat_of(manager).id, _id(manager))
    line = _("Aika on peruttu. Kerron työntekijälle.") if done else _("Tätä aikaa ei voi enää perua.")
    await callback.answer(line)
    await manager.switch_to(At.one)


# --- another time


async def _ask(manager: DialogManager, words: str | None, message_id: int = 0) -> None:
    done = await appointments.ask(services_of(manager), chat_of(manager).id, _id(manager), words, message_id)
    line = (
        _("Kerron työntekijälle, että toivot muita aikoja. Ilmoitan heti, kun hän ehdottaa niitä.")
        if done
        else _("Tästä ei voi enää toivoa uutta aikaa. Voit pyytää yhteydenottoa uudelleen.")
    )
    await tell(manager, line)
    manager.show_mode = ShowMode.SEND
    await manager.switch_to(At.one)


async def on_words(text: str, manager: DialogManager) -> None:
    if not await in_moderation(manager):
        return
    event: Any = manager.event
    message = event if isinstance(event, Message) else event.message
    await _ask(manager, await cut(text, manager), message.message_id)


async def on_no_words(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await _ask(manager, None)


# --- answers under a reminder


async def on_answer(callback: CallbackQuery, services: Services) -> None:
    """`meet:ANSWER:APPOINTMENT:SEQUENCE`. What was answered can be seen in the message, and the rest still be
    pressed."""
    _prefix, said, number, sequence = [*(callback.data or "").split(":"), "", "", ""][:4]
    meeting, at = as_id(number), as_id(sequence)
    if said not in set(Answer) or meeting is None or at is None:
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
        return
    answer = Answer(said)
    found = await appointments.answer(services, callback.from_user.id, meeting, at, answer)
    await callback.answer()
    if not isinstance(callback.message, Message):
        return
    if found is None:
        look = InlineKeyboardMarkup(inline_keyboard=[[_door(_("Avaa tapaaminen"), f"go:times:{meeting}")]])
        await callback.message.answer(
            _("Tämä aika on jo muuttunut. Katsotaan, miten se nyt on."), reply_markup=look
        )
        return
    with suppress(TelegramBadRequest):  # it shows so already
        await callback.message.edit_reply_markup(reply_markup=_answered(found, at, answer))
    await callback.message.answer(**_thanks(found, answer))


def _answered(meeting: Meeting, sequence: int, said: Answer) -> InlineKeyboardMarkup:
    """The same buttons, with a mark at what was said; without those that would do nothing any more."""
    labels = {
        Answer.COMING: _("Tulen"),
        Answer.CANNOT: _("En pääse"),
        Answer.ANOTHER: _("Toinen aika"),
    }
    left = {
        Answer.COMING: (Answer.COMING, Answer.CANNOT, Answer.ANOTHER),
        Answer.CANNOT: (Answer.CANNOT, Answer.ANOTHER),
        Answer.ANOTHER: (Answer.ANOTHER,),
    }[said]
    row = [
        InlineKeyboardButton(
            text=f"✅ {labels[one]}" if one is said else labels[one],
            callback_data=f"meet:{one}:{meeting.id}:{sequence}",
        )
        for one in left
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def _thanks(meeting: Meeting, said: Answer) -> dict[str, Any]:
    name = meeting.worker or _("työntekijä")
    line = {
        Answer.COMING: _("Kiitos! {name} tietää nyt, että tulet."),
        Answer.CANNOT: _("Kiitos, että kerroit. {name} tietää nyt, ettet pääse. Aika on peruttu."),
        Answer.ANOTHER: _("Kiitos, että kerroit. {name} ehdottaa sinulle uusia aikoja."),
    }[said]
    rows = {
        Answer.CANNOT: [_door(_("Toivon toista aikaa"), f"go:other:{meeting.id}")],
        Answer.ANOTHER: [_door(_("✍️ Kerron, milloin sopii"), f"go:answer:{meeting.request_id}")],
    }.get(said)
    markup = InlineKeyboardMarkup(inline_keyboard=[rows]) if rows else None
    return {"text": str(fill(line, name=name)), "reply_markup": markup}


def _door(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data)


def build() -> Dialog:
    back = Label("⬅️ Takaisin")
    return Dialog(
        page(
            Tr("<b>📅 Tapaamiset</b>"),
            Tr("\nTässä ovat ajat, joita sinulle on ehdotettu tai joista on sovittu.", when=_some),
            Tr(
                "\nTapaamisia ei vielä ole. Työntekijä voi ehdottaa niitä, kun pyyntösi on hänellä.",
                when="none",
            ),
            choices.listed("meeting", "meetings", on_one),
            Button(back, id="back", on_click=on_leave),
            state=At.mine,
            getter=get_mine,
        ),
        page(
            Tr("<b>📅 Tapaaminen</b>\n"),
            Ready("meeting"),
            choices.listed("time", "times", on_time),
            Button(Label("🔁 Mikään näistä ei sovi"), id="none_fits", on_click=to(At.other), when="choose"),
            Button(Label("🔁 Toivon toista aikaa"), id="other", on_click=to(At.other), when="ask"),
            OneAtATime(Label("En halua tapaamista nyt"), "decline", on_decline, _about, when="decline"),
            Button(Label("🗓 Kalenteritiedosto"), id="file", on_click=on_file, when="file"),
            Button(Label("✖️ Perun ajan"), id="cancel", on_click=to(At.sure), when="cancel"),
            Button(Label("📅 Kaikki tapaamiset"), id="all", on_click=to(At.mine)),
            state=At.one,
            getter=get_one,
        ),
        page(
            Tr("<b>🔁 Milloin sinulle sopisi?</b>"),
            Tr("\nVoit kirjoittaa sen omin sanoin, esimerkiksi: iltapäivisin, ei maanantaina."),
            Tr("Jos aika oli jo sovittu, se vapautuu.", when=_agreed),
            Button(Label("Lähetä ilman viestiä"), id="no_words", on_click=on_no_words),
            Button(Label("⬅️ Takaisin, en muuta mitään"), id="b_one", on_click=to(At.one)),
            state=At.other,
            getter=get_one,
            on_text=on_words,
        ),
        page(
            Tr("<b>Perutaanko tämä aika?</b>\n"),
            Ready("meeting"),
            Tr("\nPeruminen on ihan luvallista. Voit sen jälkeen toivoa toista aikaa."),
            OneAtATime(Label("Kyllä, perun ajan"), "do_cancel", on_cancel, _about, when="cancel"),
            Button(Label("🔁 Toivon toista aikaa"), id="other2", on_click=to(At.other), when="ask"),
            Button(Label("⬅️ Ei, pidän ajan"), id="b_one", on_click=to(At.one)),
            state=At.sure,
            getter=get_one,
        ),
        on_start=on_start,
        on_process_result=give_back_text,
    )


def _some(data: dict[str, Any], _widget: Any, _manager: DialogManager) -> bool:
    return not data.get("none")


def _agreed(data: dict[str, Any], _widget: Any, _manager: DialogManager) -> bool:
    return bool(data.get("cancel"))
