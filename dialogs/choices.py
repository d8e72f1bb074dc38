"""What a client chooses about a contact, when it is asked for and when it goes on: what is told, the name, the number,
when, and for how long."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from aiogram.types import ContentType, Message
from aiogram_dialog import DialogManager
from aiogram_dialog.api.protocols import DialogProtocol
from aiogram_dialog.widgets.input import BaseInput
from aiogram_dialog.widgets.kbd import Column, Select
from aiogram_dialog.widgets.text import Format

from bot import views
from bot.core.consent import VALID_DAYS, BestTime, Item
from bot.i18n import gettext as _
from bot.i18n import ngettext
from dialogs.common import OnText, tell

LONGEST_NAME = 60
_PHONE = re.compile(r"\+?[0-9]{6,15}")


def listed(id: str, items: str, on_click: Any) -> Column:
    """One button a line for each `(id, label)` in the getter's `items`."""
    return Column(
        Select(
            Format("{item[1]}"),
            id=id,
            item_id_getter=lambda item: item[0],
            items=items,
            on_click=on_click,
        )
    )


def item_rows(chosen: Collection[str], offered: Collection[str]) -> list[tuple[str, str]]:
    """What can be told, each with whether it will be."""
    names = {
        Item.NAME: _("Nimi, jota haluat käyttää"),
        Item.AREAS: _("Asiat, joihin toivot apua"),
        Item.WORDS: _("Omat sanasi niistä"),
        Item.STRENGTHS: _("Voimasi ja se, mikä auttaa"),
        Item.ENQUIRY: _("Että kysyit nimettömästi"),
        Item.OUTCOME: _("Miten sinulla on mennyt"),
    }
    return [
        (item, f"{'✅' if item in chosen else '⬜'} {name}")
        for item, name in names.items()
        if item in offered
    ]


def toggle(chosen: list[str], item: str) -> None:
    if item in chosen:
        chosen.remove(item)
    elif item in set(Item):
        chosen.append(item)


def short(name: str) -> str:
    return " ".join(name.split())[:LONGEST_NAME]


async def name_in(text: str, manager: DialogManager) -> str:
    """The name that was written; one that is cut is told so."""
    name = short(text)
    if name != " ".join(text.split()):
        await tell(manager, _("Nimi oli pitkä, joten otin siitä alun."))
    return name


async def phone_in(text: str, manager: DialogManager) -> str | None:
    """The telephone number that was written; None, and a kind line, when there is none."""
    number = re.sub(r"[\s().-]", "", text)
    if _PHONE.fullmatch(number):
        return number
    await tell(manager, _("En tunnistanut puhelinnumeroa. Kirjoita numero esimerkiksi näin: 040 123 4567."))
    return None


class ContactCard(BaseInput):
    """The client's own contact card, sent with Telegram's paper clip, where a telephone number is asked for."""

    def __init__(self, on_number: OnText) -> None:
        super().__init__(id=None)
        self.on_number = on_number

    async def process_message(self, message: Message, dialog: DialogProtocol, manager: DialogManager) -> bool:
        if message.content_type != ContentType.CONTACT or message.contact is None:
            return False
        await self.on_number(message.contact.phone_number, manager)
        return True


def times() -> list[tuple[str, str]]:
    return [(time, views.best_time(time).capitalize()) for time in BestTime]


def terms() -> list[tuple[str, str]]:
    return [
        (str(days), ngettext("{count} päivän", "{count} päivää", days).format(count=days))
        for days in VALID_DAYS
    ]
