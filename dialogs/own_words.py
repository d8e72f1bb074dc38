"""A question of the second half of *Mitä sinulle kuuluu?* that is answered in own words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.fsm.state import State
from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager, Window
from aiogram_dialog.widgets.kbd import Button, Row

from bot.core.check_in import CheckIn
from dialogs.common import Label, OnClick, Tr, cut, page, said_before


def round_of(manager: DialogManager) -> CheckIn:
    return CheckIn.model_validate(manager.dialog_data["check_in"])


def keep(manager: DialogManager, check_in: CheckIn) -> None:
    manager.dialog_data["check_in"] = check_in.model_dump(mode="json")


def text_step(field: str, go_on: Callable[[DialogManager], Awaitable[None]]) -> tuple[Any, Any, Any, Any]:
    """A question answered in own words: what was written before, and handlers that take the text, go on with what
    there is, or remove it."""

    async def get_before(dialog_manager: DialogManager, **_kwargs: Any) -> dict[str, Any]:
        before = getattr(round_of(dialog_manager), field)
        return {"before": before, "new": before is None}

    async def on_text(text: str, manager: DialogManager) -> None:
        kept = await cut(text, manager)
        keep(manager, round_of(manager).model_copy(update={field: kept}))
        await go_on(manager)

    async def on_skip(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
        await go_on(manager)

    async def on_drop(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
        keep(manager, round_of(manager).model_copy(update={field: None}))
        await go_on(manager)

    return get_before, on_text, on_skip, on_drop


def step_window(
    name: str, question: Tr, hint: Tr, back: tuple[str, OnClick], state: State, step: tuple[Any, ...]
) -> Window:
    """The window of a question answered in own words."""
    get_before, on_text, on_skip, on_drop = step
    return page(
        question,
        hint,
        said_before(),
        Row(
            Button(Label("Pidän tämän"), id=f"keep_{name}", on_click=on_skip),
            Button(Label("Poistan tämän"), id=f"drop_{name}", on_click=on_drop),
            when="before",
        ),
        Row(
            Button(Label("⬅️ Takaisin"), id=back[0], on_click=back[1]),
            Button(Label("Ohita"), id=f"skip_{name}", on_click=on_skip, when="new"),
        ),
        state=state,
        getter=get_before,
        on_text=on_text,
    )
