"""Why something is suggested, told to the client: each reason of the formula (see `catalog.formula`) in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from markupsafe import Markup

from bot import views
from bot.i18n import current_locale, fill, html, listed
from bot.i18n import gettext as _
from catalog.formula import Because, Reason
from catalog.schema import Catalog, Level

About = Literal["self", "other", "looking"]
"""Whose need it is: the client's own, that of somebody close, or nobody's when one only looks around."""

MOST_ADDED = 3
"""So many reasons are told beside what the client said: the weightiest of ADDED. Few, because few are read."""

WISHED = frozenset({Because.PRIORITY, Because.AREA_VERY_LOW, Because.AREA_LOW})

ADDED = (
    *(Because.ASSESSMENT, Because.NAMED_WORKER, Because.SERVICE_CONTACT),
    *(Because.CLOSE_PERSONS, Because.ANONYMOUS, Because.ANSWERS, Because.AGE, Because.PEERS),
    *(Because.NEAR, Because.MUNICIPALITY, Because.LOW_THRESHOLD, Because.MAIN_AREA),
    *(Because.LANGUAGE, Because.LEVEL, Because.NATIONWIDE, Because.VERIFIED_RECENTLY),
)
"""What speaks for it, in the order in which it is told: what tells this one from the others first."""

CAUTIONS = (Because.FULL, Because.WAITING_LIST, Because.FAR)
"""What speaks against it is told always, so that nobody sets out in vain."""


def why_this(reasons: Sequence[Reason], catalog: Catalog, about: About = "self") -> Markup:
    """Why this is suggested, in a few sentences; nothing when there is nothing to tell."""
    text = views.joined(*sentences(reasons, catalog, MOST_ADDED, about), gap=" ")
    if not text:
        return text
    return fill("💡 <b>{title}</b> {text}\n", title=_("Miksi tätä ehdotetaan?"), text=text)


def sentences(
    reasons: Sequence[Reason], catalog: Catalog, most: int | None = None, about: About = "self"
) -> Iterator[Markup]:
    """What the client said, then what speaks for the offer, `most` reasons of it, then what speaks against it."""
    yield from _said(reasons, catalog, about)
    given = {reason.code: reason for reason in reversed(reasons)}
    added = [given[code] for code in ADDED if code in given]
    for reason in (*added[:most], *(given[code] for code in CAUTIONS if code in given)):
        yield _words(reason, catalog)


def _said(reasons: Sequence[Reason], catalog: Catalog, about: About) -> Iterator[Markup]:
    wished = _areas(reasons, catalog, WISHED)
    if wished:
        template = {
            "self": _("Toivoit apua tai muutosta tähän: {areas}."),
            "other": _("Olet huolissasi tästä: {areas}."),
            "looking": _("Etsit tästä: {areas}."),
        }[about]
        yield fill(template, areas=listed(wished))
    middling = _areas(reasons, catalog, {Because.AREA_MIDDLING})
    if middling := [area for area in middling if area not in wished]:
        yield fill(_("Kerroit, että jokin voisi olla toisin tässä: {areas}."), areas=listed(middling))
    for reason in reasons:
        if reason.code is Because.DOOR and (door := catalog.doors_by_id.get(reason.values[0])):
            says = door.says.best(current_locale())
            yield fill(_("Tämä sopii siihen, minkä valitsit: ”{says}”."), says=says)
    words = [reason.values[0] for reason in reasons if reason.code is Because.WORD]
    if words:
        yield fill(_("Tämä löytyi hakusi sanoilla: {words}."), words=", ".join(words))


def _areas(
    reasons: Sequence[Reason], catalog: Catalog, codes: frozenset[Because] | set[Because]
) -> list[str]:
    found = (views.area_name(catalog, reason.values[0]) for reason in reasons if reason.code in codes)
    return list(dict.fromkeys(found))


def _words(reason: Reason, catalog: Catalog) -> Markup:
    """A reason that is told in a sentence of its own."""
    with_values: Mapping[Because, Callable[..., Markup]] = {
        Because.NEAR: _near,
        Because.FAR: _far,
        Because.MUNICIPALITY: lambda name: fill(
            _("Tätä on tarjolla tällä paikkakunnalla: {name}."), name=name
        ),
        Because.MAIN_AREA: lambda area: fill(
            _("Tämä on ennen kaikkea tätä varten: {area}."), area=views.area_name(catalog, area)
        ),
        Because.LANGUAGE: _language,
        Because.LEVEL: _level,
        Because.AGE: lambda _age: html(_("Tämä on tarkoitettu sinun ikäisillesi.")),
    }
    if reason.code in with_values:
        return with_values[reason.code](*reason.values)
    return html(
        {
            Because.ASSESSMENT: _(
                "Kun apua tarvitaan moneen asiaan, sinulla on oikeus palvelutarpeen arviointiin "
                "(sosiaalihuoltolaki 36 §)."
            ),
            Because.NAMED_WORKER: _("Voit saada oman työntekijän, joka kulkee rinnallasi."),
            Because.SERVICE_CONTACT: _("Täältä saat ammattilaisen avuksi."),
            Because.CLOSE_PERSONS: _("Tämä on tarkoitettu myös läheisille."),
            Because.ANONYMOUS: _("Voit asioida nimettömänä."),
            Because.ANSWERS: _("Sieltä voidaan ottaa sinuun yhteyttä."),
            Because.PEERS: _("Siellä on muita, jotka ovat kokeneet samaa."),
            Because.LOW_THRESHOLD: _("Mukaan on helppo tulla."),
            Because.NATIONWIDE: _("Tätä on tarjolla koko maassa."),
            Because.VERIFIED_RECENTLY: _("Tiedot ovat alle vuoden vanhoja."),
            Because.WAITING_LIST: _("Tänne voi joutua jonottamaan."),
            Because.FULL: _("Paikat ovat nyt täynnä, mutta voit kysyä, milloin mukaan pääsee."),
        }[reason.code]
    )


def _near(kilometres: str, centre: str | None = None) -> Markup:
    """From where the client is; from the centre of a municipality when only that is known."""
    if centre:
        return fill(
            _("Matkaa keskustasta ({centre}) on vain noin {km} km."),
            centre=centre,
            km=_at_least_one(kilometres),
        )
    return fill(_("Sinne on sinun luotasi vain noin {km} km."), km=_at_least_one(kilometres))


def _far(kilometres: str, centre: str | None = None) -> Markup:
    if centre:
        return fill(_("Matkaa keskustasta ({centre}) on noin {km} km."), centre=centre, km=kilometres)
    return fill(_("Sinne on sinun luotasi noin {km} km."), km=kilometres)


def _at_least_one(kilometres: str) -> str:
    return kilometres if kilometres != "0" else "1"


def _language(code: str) -> Markup:
    return html(
        {
            "fi": _("Voit asioida suomeksi."),
            "sv": _("Voit asioida ruotsiksi."),
            "en": _("Voit asioida englanniksi."),
        }[code]
    )


def _level(level: str) -> Markup:
    """What is said is true of the offer, whether or not the client has answered anything."""
    return html(
        {
            Level.ADVICE: _("Täältä voit kysyä neuvoa."),
            Level.LIGHT: _("Tämä sopii, kun asioita on monta ja jaksat toimia itse."),
            Level.STRENGTHENING: _("Tämä sopii, kun kaipaat jonkun rinnallesi."),
            Level.INTENSIVE: _("Tämä sopii, kun apua tarvitaan moneen asiaan yhtä aikaa."),
        }[Level(level)]
    )
