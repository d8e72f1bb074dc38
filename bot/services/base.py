"""What every use case is handed: where things are kept, what time it is, what the catalogue says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.core.allowance import Allowance
from bot.core.calendar import Clock
from bot.core.safety import SafetyScreen
from bot.core.text_messages import CODES_WITHIN, MOST_CODES
from bot.core.window import Window
from bot.core.withdrawing import WithdrawalEar, withdrawal_ear
from bot.db.columns import Vault
from bot.db.work import Database
from bot.settings import Settings
from catalog.schema import Catalog
from catalog.shelf import Shelf


@dataclass(frozen=True)
class Services:
    """Built once in `bot/app.py` and handed to both frameworks and to the courier."""

    db: Database
    vault: Vault
    clock: Clock
    shelf: Shelf
    safety: SafetyScreen
    settings: Settings
    allowance: Allowance = field(default_factory=Allowance)
    """Of each person's costly acts; in memory, and gone with the process."""
    codes_to_number: Allowance = field(
        default_factory=lambda: Allowance(MOST_CODES, CODES_WITHIN / MOST_CODES)
    )
    """Of codes to one telephone number, whoever gives it; in memory as well."""
    withdrawing: WithdrawalEar = field(default_factory=withdrawal_ear)
    window: Window = field(default_factory=Window)
    """Through which all goes that the client bot says: replies, and what the service says of its own accord."""
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    """Rung after a commit that left something for the courier, so that it need not wait for its next round."""

    @property
    def catalog(self) -> Catalog:
        """The catalogue now in use: ask anew each time, it may be another one a moment later."""
        return self.shelf.catalog
