"""Figures for workers: how it went, and what clients think of the guidance; never of so few that somebody could be
known by them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from itertools import islice

from markupsafe import Markup
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode

from bot import pictures, views
from bot.core.figures import SMALLEST_SHOWN, Batch, Split
from bot.core.grants import Role
from bot.core.outcomes import AREA, CHANGE, CONTACTED, ENOUGH, FEEDBACK, HELPED, MATCHES
from bot.i18n import current_locale, decimal, fill, html, listed, percent
from bot.i18n import gettext as _
from bot.pictures import Bar
from bot.services import figures
from bot.services.base import Services
from bot.services.figures import Report, Unmet, Words
from bot.services.staff import Worker
from bot.staff.context import StaffContext, answer, for_presses, for_workers
from catalog.schema import Catalog

MOST_ORGANISATIONS, MOST_UNMET = 60, 15
ROOM = 3500
"""Characters of a message."""


@for_workers
async def on_figures(update: Update, context: StaffContext, worker: Worker) -> None:
    """/figures: of the worker's own organisation; for a coordinator of the service, and a button for each other."""
    if update.effective_chat is None:
        return
    chat_id = update.effective_chat.id
    if worker.role is not Role.COORDINATOR:
        await _show(context, chat_id, worker, worker.organisation_id)
        return
    await _show(context, chat_id, worker, "")
    unmet = await figures.unmet_to(context.services, worker.id)
    if unmet:
        text = _unmet(unmet, context.services.catalog)
        await context.bot.send_message(chat_id, text, parse_mode=ParseMode.HTML)
    found = await figures.reported(context.services, worker.id)
    named = sorted((_name(context.services, one), one) for one in found)[:MOST_ORGANISATIONS]
    if named:
        rows = [[_button(name, f"f:show:{one}")] for name, one in named]
        await context.bot.send_message(
            chat_id, _("Katso organisaation luvut:"), reply_markup=InlineKeyboardMarkup(rows)
        )


@for_presses("show", "words")
async def on_press(update: Update, context: StaffContext, worker: Worker) -> None:
    """`f:show:ORGANISATION` or `f:words:ORGANISATION:PAGE`; whether it may be seen is looked up now."""
    query = update.callback_query
    if query is None or query.data is None or update.effective_chat is None:
        return
    await answer(query)
    _prefix, action, organisation_id, page = [*query.data.split(":"), "", "", ""][:4]
    if action == "show":
        await _show(context, update.effective_chat.id, worker, organisation_id)
    else:
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 0
        await _show_words(context, update.effective_chat.id, worker, organisation_id, number)


async def _show(context: StaffContext, chat_id: int, worker: Worker, organisation_id: str) -> None:
    services = context.services
    report = await figures.report(services, worker.id, organisation_id)
    if report is None:
        await context.bot.send_message(chat_id, _("Nämä luvut eivät ole nähtävilläsi."))
        return
    for text in _texts(report, services):
        await context.bot.send_message(chat_id, text, parse_mode=ParseMode.HTML)
    if rows := _bars(report, services.catalog):
        png = await asyncio.to_thread(pictures.bars, rows, _("Luvut"))
        await context.bot.send_photo(chat_id, png, caption=_name(services, organisation_id))
    if await figures.words(services, worker.id, organisation_id):
        button = _button(_("💬 Lue palautteet"), f"f:words:{organisation_id}:0")
        await context.bot.send_message(
            chat_id,
            _("Asiakkaat ovat kirjoittaneet myös omin sanoin."),
            reply_markup=InlineKeyboardMarkup([[button]]),
        )


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=data)


def _name(services: Services, organisation_id: str) -> str:
    if not organisation_id:
        return _("Rinnalla-palvelu")
    organisation = services.catalog.organisations_by_id.get(organisation_id)
    return organisation.name.best(current_locale()) if organisation else organisation_id


# --- the words


def _texts(report: Report, services: Services) -> Iterator[Markup]:
    title = fill("<b>📊 {name}</b>", name=_name(services, report.organisation_id))
    if not report:
        nothing = _(
            "Lukuja ei vielä voi näyttää. Ne tulevat, kun kuukausi on päättynyt ja vastauksia on vähintään {least}."
        )
        yield views.joined(title, fill(nothing, least=SMALLEST_SHOWN))
        return
    if outcomes := [*_outcomes(report), *_areas(report, services.catalog)]:
        yield views.joined(title, html(_("Näin asiakkaille on käynyt:")), *outcomes, _note())
    if ratings := list(_ratings(report.ratings, services.catalog)):
        rated = html(_("Asiakkaiden arviot, 1 erittäin huonosti – 5 erittäin hyvin:"))
        yield views.joined(title, rated, *ratings, _note())


def _note() -> Markup:
    text = _(
        "\n<i>Luvut ovat päättyneiltä kuukausilta, ja niitä on vähintään {least}. Pienempiä ei näytetä, jottei "
        "ketään voi tunnistaa.</i>"
    )
    return fill(text, least=SMALLEST_SHOWN)


def questions() -> dict[str, str]:
    """What was asked, as a heading."""
    return {
        CONTACTED: _("Joku otti yhteyttä"),
        HELPED: _("Sai apua"),
        ENOUGH: _("Apu riitti"),
        CHANGE: _("Tilanne kaikkiaan"),
        MATCHES[0]: _("Apu vastasi tarpeita"),
        MATCHES[1]: _("Apu vastasi odotuksia"),
        MATCHES[2]: _("Apu vastasi tavoitteita"),
    }


def answers() -> dict[str, str]:
    """What can be answered, the best first."""
    return {
        "yes": _("kyllä"),
        "better": _("parempaan"),
        "partly": _("osittain"),
        "same": _("ennallaan"),
        "no": _("ei"),
        "worse": _("huonompaan"),
    }


def _outcomes(report: Report) -> Iterator[Markup]:
    for question in (CONTACTED, HELPED, ENOUGH, CHANGE):
        if question in report.answers:
            yield _divided(questions()[question], *report.answers[question])


def _areas(report: Report, catalog: Catalog) -> Iterator[Markup]:
    for question, (batch, split) in report.answers.items():
        if question.startswith(AREA):
            yield _divided(views.area_name(catalog, question.removeprefix(AREA)), batch, split)


def _divided(name: str, batch: Batch, split: Split) -> Markup:
    return fill(
        _("• <b>{name}</b>: {shares} ({count} vastausta, {months})"),
        name=name,
        shares=shares(split),
        count=split.total,
        months=_months(batch),
    )


def shares(split: Split) -> str:
    """Shares of the answers, alone or together as they may be told."""
    names = answers()
    if split.most:
        answer, tenths = split.most
        return _("{answer} vähintään {share}").format(answer=names[answer], share=percent(tenths / 10))
    told = [
        f"{listed([names[one] for one in group], 'or')} {percent(count / split.total)}"
        for group, count in split.groups
        if count
    ]
    return ", ".join(told) or _("jakaumaa ei voi näyttää")


def _ratings(ratings: Mapping[str, Batch], catalog: Catalog) -> Iterator[Markup]:
    for name, batch in _rated(ratings, catalog):
        yield fill(
            _("• {name}: <b>{average}</b> ({count} vastausta, {months})"),
            name=name,
            average=decimal(batch.average),
            count=batch.total,
            months=_months(batch),
        )


def _rated(ratings: Mapping[str, Batch], catalog: Catalog) -> Iterator[tuple[str, Batch]]:
    """How well it matched, then the statements in the order of the catalogue; one that has left it is not told."""
    for question in MATCHES:
        if question in ratings:
            yield questions()[question], ratings[question]
    for statement in catalog.statements:
        if batch := ratings.get(f"{FEEDBACK}{statement.id}"):
            yield statement.says.best(current_locale()).rstrip("."), batch


def _months(batch: Batch | Words) -> str:
    """9/2026, or 9/2026–11/2026."""
    first, last = (f"{int(one[5:])}/{one[:4]}" for one in (batch.first, batch.last))
    return first if first == last else f"{first}–{last}"


def _unmet(unmet: list[Unmet], catalog: Catalog) -> Markup:
    rows = [
        fill(
            _("• {area}, {place}, {month}: {count}"),
            area=views.area_name(catalog, one.area),
            place=one.municipality or _("paikkaa ei kerrottu"),
            month=f"{int(one.month[5:])}/{one.month[:4]}",
            count=one.count,
        )
        for one in islice(unmet, MOST_UNMET)
    ]
    return views.joined(html(_("Tarpeita, joihin luettelossa ei ollut sopivaa:")), *rows)


# --- the picture


def _bars(report: Report, catalog: Catalog) -> list[Bar]:
    """Of each question how many gave the best answers, where that may be told; of ratings how high they are."""
    names, found = questions(), []
    for question in (CONTACTED, HELPED, ENOUGH, CHANGE):
        _batch, split = report.answers.get(question, (None, None))
        if split and split.groups:
            group, count = split.groups[0]
            share = count / split.total
            label = f"{names[question]}: {listed([answers()[one] for one in group], 'or')}"
            found.append(Bar(label, share, f"{percent(share)} · n={split.total}"))
    for name, batch in _rated(report.ratings, catalog):
        words = f"{decimal(batch.average)} / 5 · n={batch.total}"
        found.append(Bar(name, (batch.average - 1) / 4, words))
    return found


# --- free words


async def _show_words(
    context: StaffContext, chat_id: int, worker: Worker, organisation_id: str, page: int
) -> None:
    """One batch; a button leads to the one before it."""
    found = await figures.words(context.services, worker.id, organisation_id)
    if found is None:
        await context.bot.send_message(chat_id, _("Nämä palautteet eivät ole nähtävilläsi."))
    elif page >= len(found):
        await context.bot.send_message(chat_id, _("Palautteita ei ole enempää."))
    else:
        texts = _words(found[page], _name(context.services, organisation_id))
        older = _button(_("Näytä vanhempia"), f"f:words:{organisation_id}:{page + 1}")
        for number, text in enumerate(texts, start=1):
            last = number == len(texts) and page + 1 < len(found)
            await context.bot.send_message(
                chat_id,
                text,
                parse_mode=ParseMode.HTML,
                reply_markup=InlineKeyboardMarkup([[older]]) if last else None,
                protect_content=True,
            )


def _words(batch: Words, name: str) -> list[Markup]:
    """As many messages as it takes."""
    texts = [fill("<b>💬 {name}, {months}</b>", name=name, months=_months(batch))]
    for one in batch.words:
        quoted = fill("<blockquote>{words}</blockquote>", words=one)
        if len(texts[-1]) + len(quoted) > ROOM:
            texts.append(quoted)
        else:
            texts[-1] = views.joined(texts[-1], quoted)
    return texts
