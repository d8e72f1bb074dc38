"""A code that a client has shown: the worker enters it, and the client is asked."""

from __future__ import annotations

import re

from telegram import Update

from bot.core.claims import read
from bot.i18n import gettext as _
from bot.services import claims
from bot.services.claims import Entered
from bot.services.staff import Worker
from bot.staff.context import StaffContext, for_workers

LOOKS_LIKE_CODE = re.compile(r"^\s*[A-Za-z2-9]{3}(?:[ –-][A-Za-z2-9]{3}){3}\s*$")
"""Four groups of three, as a code is written; other twelve letters are words."""


@for_workers
async def on_code(update: Update, context: StaffContext, worker: Worker) -> None:
    """/code ABC-DEF-GHJ-KMN"""
    await _enter(update, context, worker, " ".join(context.args or ()))


@for_workers
async def on_typed_code(update: Update, context: StaffContext, worker: Worker) -> None:
    """The code alone, as a message."""
    message = update.effective_message
    await _enter(update, context, worker, (message.text or "") if message else "")


async def _enter(update: Update, context: StaffContext, worker: Worker, typed: str) -> None:
    if update.effective_chat is None:
        return
    code = read(typed)
    if code is None:
        line = _(
            "Kirjoita koodi, jonka asiakas näyttää tai lukee sinulle, esimerkiksi näin: /koodi ABC-DEF-GHJ-KMN"
        )
    else:
        line = {
            Entered.ASKED: _("🔑 Kysyn nyt asiakkaalta. Tiedot tulevat tähän heti, kun hän hyväksyy."),
            Entered.UNKNOWN: _(
                "Tämä koodi ei kelpaa. Tarkista kirjaimet asiakkaan kanssa. Koodi käy vain siinä "
                "organisaatiossa, jolle asiakas on sen tehnyt, ja vain kerran."
            ),
            Entered.TOO_MANY: _("Vääriä koodeja on syötetty liian monta. Yritä huomenna uudelleen."),
        }[await claims.enter(context.services, worker.id, code)]
    await context.bot.send_message(update.effective_chat.id, line)
