"""Which workers have looked at what, in words: gathered by day and worker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bot.core import access
from bot.core.consent import Item
from bot.i18n import clock_time, listed, ngettext
from bot.i18n import gettext as _
from bot.names import organisation_name
from bot.services.access import Reading
from bot.services.base import Services


class Look:
    """What one worker was shown in one day, in words."""

    def __init__(self, on: date, read: Sequence[Reading], services: Services) -> None:
        organisation = organisation_name(services.catalog, read[0].organisation_id)
        clock = list(dict.fromkeys(clock_time(one.at, services.settings.zone) for one in reversed(read)))
        self.day = on
        self.who = f"{read[0].worker or _('Työntekijä')}, {organisation}"
        self.kinds = kind_names({kind for one in read for kind in one.kinds})
        self.times = (
            clock[0]
            if len(clock) == 1
            else ngettext(
                "{first}–{last}, {count} kerta", "{first}–{last}, {count} kertaa", len(clock)
            ).format(first=clock[0], last=clock[-1], count=len(clock))
        )


def looks(read: Iterable[Reading], services: Services) -> list[Look]:
    """Readings, newest first, gathered by day and worker."""
    zone = services.settings.zone
    gathered: dict[tuple[date, str | None, str], list[Reading]] = {}
    for one in read:
        place = (one.at.astimezone(zone).date(), one.worker, one.organisation_id)
        gathered.setdefault(place, []).append(one)
    return [Look(on, some, services) for (on, *_who), some in gathered.items()]


def kind_names(kinds: Iterable[str]) -> str:
    """Kinds of data in plain words, in their own order."""
    names = {
        access.CONTACT: _("miten sinut tavoittaa"),
        Item.NAME: _("nimesi"),
        Item.PHONE: _("puhelinnumerosi"),
        Item.AREAS: _("asiat, joihin toivot apua"),
        Item.WORDS: _("omat sanasi niistä"),
        Item.STRENGTHS: _("voimasi ja se, mikä auttaa"),
        Item.ENQUIRY: _("nimetön kysymyksesi"),
        Item.OUTCOME: _("miten sinulla on mennyt"),
        access.MESSAGE: _("viestisi työntekijälle"),
    }
    chosen = set(kinds)
    return listed([names.get(kind, kind) for kind in access.KINDS if kind in chosen])
