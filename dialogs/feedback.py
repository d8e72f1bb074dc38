"""Feedback: what it is for, at most three statements to rate, and free words. Every part can be passed over, and
nothing of it leads to whoever gave it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, StartMode
from aiogram_dialog.widgets.kbd import Button

from bot.core.feedback import Moment, choose, sets
from bot.i18n import current_locale, fill
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services import feedback
from bot.services.base import Services
from catalog.guidance import level_for
from catalog.schema import Level, Statement
from dialogs import choices
from dialogs.common import (
    Label,
    OneAtATime,
    Ready,
    Tr,
    chat_of,
    cut,
    give_back_text,
    in_moderation,
    last_check_in,
    leave,
    page,
    recall,
    remember,
    services_of,
    to,
)
from dialogs.enquiry import details
from dialogs.states import Feedback as At

# --- the doors


async def start(
    manager: DialogManager,
    organisation_id: str | None,
    moment: Moment,
    level: Level | None = None,
    mode: StartMode = StartMode.NORMAL,
) -> bool:
    """Invite the client to say how guidance has gone; of an organisation, or of the service itself. False, and nothing
    is shown, when it is not the time."""
    chosen = await _chosen(manager, moment, level)
    if not chosen:
        return False
    await _open(manager, organisation_id, chosen, mode)
    return True


async def possible(manager: DialogManager, moment: Moment) -> bool:
    """Whether there is something to ask now."""
    return bool(await _chosen(manager, moment))


async def on_suggestions(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """After the suggestions: of the service itself."""
    if not await start(manager, None, Moment.SUGGESTIONS):
        await _open(manager, None, [])


async def on_own(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await start_own(manager)


async def start_own(manager: DialogManager, mode: StartMode = StartMode.NORMAL) -> None:
    """The client wants to say something: of who has their request, or of the service. Words always have room."""
    met = await feedback.met(services_of(manager), chat_of(manager).id)
    await _open(manager, met, await _chosen(manager, Moment.OWN), mode)


async def _open(
    manager: DialogManager,
    organisation_id: str | None,
    chosen: list[Statement],
    mode: StartMode = StartMode.NORMAL,
) -> None:
    ids = [statement.id for statement in chosen]
    data = {"organisation": organisation_id or feedback.SERVICE, "queue": ids}
    await manager.start(At.ask, data=data, mode=mode)


async def _chosen(manager: DialogManager, moment: Moment, level: Level | None = None) -> list[Statement]:
    services, chat_id = services_of(manager), chat_of(manager).id
    met = await feedback.met(services, chat_id) is not None
    danger = await recall(manager, "danger")
    return choose(
        services.catalog.statements,
        sets(moment, level or await _level(manager), met=met),
        await _asked(manager),
        services.clock(),
        unasked=moment is not Moment.OWN,
        danger_at=datetime.fromisoformat(danger) if danger else None,
    )


async def _asked(manager: DialogManager) -> dict[str, datetime]:
    """Remembered with the account, or in the conversation of the day."""
    known = await feedback.asked(services_of(manager), chat_of(manager).id)
    return {**feedback.read(await recall(manager, "feedback_asked")), **(known or {})}


async def _level(manager: DialogManager) -> Level:
    check_in = await last_check_in(manager)
    return level_for(services_of(manager).catalog.guidance, check_in.ratings, check_in.strength)


async def on_start(start_data: Any, manager: DialogManager) -> None:
    manager.dialog_data.update(start_data)


# --- one statement after another


def _at_hand(manager: DialogManager) -> str:
    queue = manager.dialog_data["queue"]
    return str(queue[0]) if queue else ""


async def get_about(dialog_manager: DialogManager, services: Services, **_kwargs: Any) -> dict[str, Any]:
    """Of whom it is, what is rated now, and the words so far."""
    data = dialog_manager.dialog_data
    statement = services.catalog.statements_by_id.get(_at_hand(dialog_manager))
    words = data.get("words") or ""
    return {
        "organisation": organisation_name(services.catalog, data["organisation"]),
        "of_one": bool(data["organisation"]),
        "of_service": not data["organisation"],
        "some": bool(data["queue"]),
        "says": statement.says.best(current_locale()) if statement else "–",
        "ratings": [(f"{_at_hand(dialog_manager)}.{value}", label) for value, label in ratings()],
        "found": details(words),
        "quoted": fill("<blockquote>{words}</blockquote>", words=words),
    }


def ratings() -> list[tuple[int, str]]:
    """How well something came true, in words."""
    return [
        (5, _("5 · Erittäin hyvin")),
        (4, _("4 · Hyvin")),
        (3, _("3 · Siltä väliltä")),
        (2, _("2 · Huonosti")),
        (1, _("1 · Erittäin huonosti")),
    ]


async def on_begin(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await _show(manager)


async def _show(manager: DialogManager) -> None:
    """The next statement, which is then remembered as asked; after the last one, free words."""
    statement_id = _at_hand(manager)
    if not statement_id:
        await manager.switch_to(At.words)
        return
    services = services_of(manager)
    if not await feedback.note_asked(services, chat_of(manager).id, statement_id):
        now = services.clock()
        put = {**feedback.read(await recall(manager, "feedback_asked")), statement_id: now}
        await remember(manager, feedback_asked=feedback.write(put, now))
    await manager.switch_to(At.rate)


async def on_rate(callback: CallbackQuery, _select: Any, manager: DialogManager, rated: str) -> None:
    """`STATEMENT.VALUE`: a press on an older statement's button counts nothing."""
    statement_id, _dot, value = rated.rpartition(".")
    if statement_id != _at_hand(manager) or value not in map(str, feedback.RATINGS):
        await callback.answer(_("Tuo nappi on vanhentunut. Jatketaan tästä."))
        return
    organisation_id = manager.dialog_data["organisation"]
    del manager.dialog_data["queue"][:1]
    await feedback.rate(services_of(manager), organisation_id, statement_id, int(value))
    await _show(manager)


async def on_skip(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    del manager.dialog_data["queue"][:1]
    await _show(manager)


# --- free words


async def on_words(text: str, manager: DialogManager) -> None:
    if not await in_moderation(manager):
        return
    words = await cut(text, manager)
    manager.dialog_data["words"] = words
    if details(words):
        await manager.switch_to(At.found)
    else:
        await _say(manager)


async def on_as_it_is(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await _say(manager)


async def _say(manager: DialogManager) -> None:
    """Kept once, however often it is pressed."""
    if words := manager.dialog_data.pop("words", None):
        await feedback.say(services_of(manager), manager.dialog_data["organisation"], words)
    await manager.switch_to(At.thanks)


async def on_change(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    manager.dialog_data.pop("words", None)
    await manager.switch_to(At.words)


async def on_leave(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    await leave(manager)


def build() -> Dialog:
    return Dialog(
        page(
            Tr("<b>⭐ Millaista apua sait? ({organisation})</b>", when="of_one"),
            Tr("<b>⭐ Millaista apua olet saanut täältä?</b>", when="of_service"),
            Tr("\nSe, mitä kerrot, auttaa tekemään avusta parempaa. Tähän menee hetki."),
            Tr(
                "\n🔒 Tallennan vastauksistasi vain lukuja: montako kertaa mikin vastaus on annettu. Kukaan ei "
                "näe, kuka vastasi. Muistan vain, mitä sinulta on jo kysytty, jotta en kysy pian samaa."
            ),
            Button(Label("Vastaan"), id="begin", on_click=on_begin),
            Button(Label("En nyt"), id="not_now", on_click=on_leave),
            state=At.ask,
        ),
        page(
            Tr("<b>Miten hyvin tämä toteutui?</b>"),
            Tr("Ajattele tätä paikkaa: {organisation}", when="of_one"),
            Tr("\n<blockquote>{says}</blockquote>"),
            choices.listed("rate", "ratings", on_rate),
            OneAtATime(Label("Ohitan tämän"), id="skip", on_click=on_skip, about=_at_hand),
            Button(Label("Lopetan tähän"), id="enough", on_click=on_leave),
            state=At.rate,
        ),
        page(
            Tr("<b>Mitä muuta haluat sanoa? ({organisation})</b>", when="of_one"),
            Tr("<b>Mitä muuta haluat sanoa tästä palvelusta?</b>", when="of_service"),
            Tr(
                "\nKirjoita omin sanoin, mikä oli hyvää tai mitä toivot. Älä kirjoita nimiä tai muuta, mistä "
                "ihmisen voi tunnistaa. Tähän ei vastata."
            ),
            Tr(
                "\n🔒 Tallennan sanasi salattuina, ilman nimeä ja päivää. Yhteyshenkilö tai palvelun koordinaattori "
                "lukee ne vasta, kun palautteita on vähintään viisi."
            ),
            Button(Label("En muuta"), id="no_words", on_click=to(At.thanks)),
            state=At.words,
            on_text=on_words,
        ),
        page(
            Tr("<b>Sanoissasi näyttää olevan tietoja, joista ihmisen voi tunnistaa:</b>\n"),
            Ready("found"),
            Tr("\nPalaute luetaan nimettömänä. Saat itse päättää, jätätkö ne siihen."),
            Button(Label("✏️ Kirjoitan uudelleen"), id="change", on_click=on_change),
            Button(Label("Tallenna tällaisenaan"), id="as_it_is", on_click=on_as_it_is),
            Button(Label("En tallenna mitään"), id="no_words", on_click=to(At.thanks)),
            state=At.found,
        ),
        page(
            Tr("<b>Kiitos! Vastauksesi auttaa muitakin.</b>"),
            Tr("\nVoit antaa palautetta milloin vain: Omat asiani → ⭐ Anna palautetta."),
            Button(Label("Jatketaan"), id="done", on_click=on_leave),
            state=At.thanks,
        ),
        getter=get_about,
        on_start=on_start,
        on_process_result=give_back_text,
    )
