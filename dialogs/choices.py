"""A name and a telephone number as a client writes them."""

from __future__ import annotations

import re

from aiogram_dialog import DialogManager

from bot.i18n import gettext as _
from dialogs.common import tell

LONGEST_NAME = 60
_PHONE = re.compile(r"\+?[0-9]{6,15}")


def name_in(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NAME]


async def phone_in(text: str, manager: DialogManager) -> str | None:
    """The telephone number that was written; None, and a kind line, when there is none."""
    number = re.sub(r"[\s().-]", "", text)
    if _PHONE.fullmatch(number):
        return number
    await tell(manager, _("En tunnistanut puhelinnumeroa. Kirjoita numero esimerkiksi näin: 040 123 4567."))
    return None
