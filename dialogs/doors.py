"""Where the buttons lead that stand below messages of the courier: `go:WHERE[:WHAT]`. The press opens the dialog."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager, ShowMode, StartMode

from dialogs import (
    answer,
    appointments,
    asked,
    feedback,
    find,
    follow_up,
    follow_up_settings,
    matters,
    own_times,
    renewal,
    telling,
)
from dialogs.common import as_id, go_home, keep_round

GO = "go:"
Door = Callable[[DialogManager, str], Awaitable[None]]


async def on_go(callback: CallbackQuery, dialog_manager: DialogManager) -> None:
    """A place that is not known any more, or a number that is none, leads to the menu."""
    _prefix, where, what = [*(callback.data or "").split(":", 2), "", ""][:3]
    dialog_manager.show_mode = ShowMode.SEND
    await DOORS.get(where, _menu)(dialog_manager, what)
    await callback.answer()


async def _menu(manager: DialogManager, _what: str) -> None:
    await go_home(manager)


def _numbered(start: Callable[[DialogManager, int], Awaitable[None]]) -> Door:
    """A door to one thing of several, which the button names by its number."""

    async def door(manager: DialogManager, what: str) -> None:
        number = as_id(what)
        await (start(manager, number) if number else go_home(manager))

    return door


async def _matters(manager: DialogManager, _what: str) -> None:
    await matters.start(manager)


async def _follow_ups(manager: DialogManager, _what: str) -> None:
    await follow_up_settings.start(manager)


async def _renew(manager: DialogManager, consent_id: str) -> None:
    await renewal.start_renewing(manager, consent_id, StartMode.RESET_STACK)


async def _change(manager: DialogManager, consent_id: str) -> None:
    await renewal.start_changing(manager, consent_id, StartMode.RESET_STACK)


async def _tell(manager: DialogManager, follow_up_id: int) -> None:
    await keep_round(manager)
    if not await telling.start(manager, follow_up_id, StartMode.RESET_STACK):
        await go_home(manager)


async def _feedback(manager: DialogManager, _what: str) -> None:
    await keep_round(manager)
    await feedback.start_own(manager, StartMode.RESET_STACK)


async def _find(manager: DialogManager, _what: str) -> None:
    await find.start(manager)


DOORS: dict[str, Door] = {
    "request": _numbered(matters.start_request),
    "answer": _numbered(answer.start),
    "times": _numbered(appointments.start),
    "other": _numbered(appointments.start_other),
    "enquiry": _numbered(asked.start_thread),
    "own": _numbered(own_times.start_one),
    "followup": _numbered(follow_up.start),
    "followups": _follow_ups,
    "matters": _matters,
    "renew": _renew,
    "change": _change,
    "find": _find,
    "feedback": _feedback,
    "tell": _numbered(_tell),
}
