"""A calendar to choose a day from: in the client's language, with Monday first, in local time by the service's own
clock, and without days that have passed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from aiogram.types import CallbackQuery, InlineKeyboardButton
from aiogram_dialog import DialogManager
from aiogram_dialog.api.internal import RawKeyboard
from aiogram_dialog.api.protocols import DialogProtocol
from aiogram_dialog.widgets.kbd import Calendar, CalendarConfig, CalendarScope, CalendarUserConfig
from aiogram_dialog.widgets.kbd.calendar_kbd import (
    CalendarDaysView,
    CalendarScopeView,
    month_begin,
    next_month_begin,
    prev_month_begin,
)
from aiogram_dialog.widgets.text import Text

from bot.i18n import dated
from bot.i18n import gettext as _
from dialogs.common import services_of

AHEAD = timedelta(days=365)
MONTH = "month"
NOTHING = "nothing"


def today(manager: DialogManager) -> date:
    services = services_of(manager)
    return services.clock().astimezone(services.settings.zone).date()


class Dated(Text):
    """The day of a button, by a pattern of Unicode's in the language now spoken."""

    def __init__(self, pattern: str, template: str = "{}") -> None:
        super().__init__()
        self.pattern, self.template = pattern, template

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        return self.template.format(dated(data["date"], self.pattern))


class Month(CalendarDaysView):
    """One month. aiogram-dialog goes by the clock of the machine, and gives cells without a day no press, which
    Telegram refuses."""

    def __init__(self, callback_generator: Any) -> None:
        super().__init__(
            callback_generator,
            date_text=Dated("d"),
            today_text=Dated("d", "•{}"),
            weekday_text=Dated("cccccc"),
            header_text=Dated("LLLL y", "🗓 {}"),
        )

    async def _render_date_button(
        self, selected_date: date, _today: date, data: dict[str, Any], manager: DialogManager
    ) -> InlineKeyboardButton:
        return await super()._render_date_button(selected_date, today(manager), data, manager)

    async def _render_pager(
        self, config: CalendarConfig, offset: date, _data: dict[str, Any], _manager: DialogManager
    ) -> list[InlineKeyboardButton]:
        """Each button names the month it leads to: pressed twice it leads there once."""
        before, after = prev_month_begin(offset), next_month_begin(offset)
        row = []
        if before >= month_begin(config.min_date):
            row.append(self._to_month(before, "‹ {}"))
        if after <= config.max_date:
            row.append(self._to_month(after, "{} ›"))
        return row

    def _to_month(self, first: date, template: str) -> InlineKeyboardButton:
        name = template.format(dated(first, "LLLL"))
        return InlineKeyboardButton(text=name, callback_data=self.callback_generator(f"{MONTH}{first:%Y-%m}"))

    async def render(
        self, config: CalendarConfig, offset: date, data: dict[str, Any], manager: DialogManager
    ) -> list[list[InlineKeyboardButton]]:
        rows = await super().render(config, offset, data, manager)
        for number, row in enumerate(rows):
            for place, button in enumerate(row):
                if number == 0 or not button.callback_data:
                    quiet = self.callback_generator(f"{NOTHING}{number}.{place}")
                    row[place] = InlineKeyboardButton(text=button.text.strip() or "·", callback_data=quiet)
        return [row for row in rows if row]


class DayPicker(Calendar):
    def _init_views(self) -> dict[CalendarScope, CalendarScopeView]:
        return {CalendarScope.DAYS: Month(self._item_callback_data)}

    async def _get_user_config(self, data: dict[str, Any], manager: DialogManager) -> CalendarUserConfig:
        first = today(manager)
        zone: Any = services_of(manager).settings.zone  # aiogram-dialog names a narrower type
        return CalendarUserConfig(firstweekday=0, timezone=zone, min_date=first, max_date=first + AHEAD)

    async def _render_keyboard(self, data: dict[str, Any], manager: DialogManager) -> RawKeyboard:
        first, shown = today(manager), self.get_offset(manager)
        if shown is None or shown < month_begin(first):
            self.set_offset(first, manager)
        return await super()._render_keyboard(data, manager)

    async def _process_item_callback(
        self, callback: CallbackQuery, data: str, dialog: DialogProtocol, manager: DialogManager
    ) -> bool:
        """A month, a day, or nothing; anybody can forge what a button carries."""
        first = today(manager)
        if (month := _month(data)) and month_begin(first) <= month <= first + AHEAD:
            self.set_offset(month, manager)
        elif data.isascii() and data.isdigit() and len(data) < 12 and _within(int(data), first):
            await self._handle_click_date(data, manager)
        else:
            await callback.answer(_("Paina jotain tulevaa päivää."))
        return True


def _month(data: str) -> date | None:
    try:
        return date.fromisoformat(f"{data.removeprefix(MONTH)}-01") if data.startswith(MONTH) else None
    except ValueError:
        return None


def _within(seconds: int, first: date) -> bool:
    days, rest = divmod(seconds, 86_400)
    return not rest and first <= date(1970, 1, 1) + timedelta(days=min(days, 100_000)) <= first + AHEAD
