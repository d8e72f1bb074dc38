"""How it went, in words: the same for the client, who decides whether it is told, and for the worker who is told."""

from __future__ import annotations

from markupsafe import Markup

from bot import views
from bot.core.follow_ups import Helped
from bot.core.outcomes import Told
from bot.i18n import fill, html
from bot.i18n import gettext as _
from catalog.schema import Catalog


def text(told: Told, catalog: Catalog) -> Markup:
    """Every answer on a line of its own; what was not answered is not there."""
    lines = (
        (_("🤝 Sai apua: {value}"), helped(told.helped)),
        (_("⚖️ Apu riitti: {value}"), helped(told.enough)),
        (_("Apu vastasi tarpeita: {value}"), _of_five(told.needs)),
        (_("Apu vastasi odotuksia: {value}"), _of_five(told.expectations)),
        (_("Apu vastasi tavoitteita: {value}"), _of_five(told.goals)),
    )
    changes = [
        fill(
            "• {area}: {change}",
            area=views.area_name(catalog, area),
            change=_change(was, now).format(was=was, now=now),
        )
        for area, was, now in told.changes
    ]
    return views.joined(
        *(fill(line, value=value) for line, value in lines if value),
        html(_("\nOma arvio tilanteesta silloin ja nyt, 1 vaikea – 5 hyvä:")) if changes else None,
        *changes,
    )


def helped(value: Helped | None) -> str | None:
    return {Helped.YES: _("kyllä"), Helped.PARTLY: _("osittain"), Helped.NO: _("ei"), None: None}[value]


def _of_five(value: int | None) -> str | None:
    return _("{value}/5").format(value=value) if value is not None else None


def _change(was: int, now: int) -> str:
    if now > was:
        return _("parempaan, {was} → {now}")
    return _("huonompaan, {was} → {now}") if now < was else _("ennallaan, {now}")
