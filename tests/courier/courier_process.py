"""Real courier processes for tests that kill them: everything is imported and read once, then each line on standard
input starts one more courier, whose clock is so many seconds ahead, and prints its process id."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import time
from datetime import datetime, timedelta

from sqlalchemy.orm import configure_mappers

from bot.app import run
from bot.core.calendar import is_working_day
from bot.core.safety import SafetyScreen
from bot.db import keys
from bot.db.columns import Vault
from bot.db.work import Database
from bot.i18n import day, gettext
from bot.services.base import Services
from bot.settings import Settings
from catalog.safety_data import SafetyData
from catalog.shelf import Shelf
from tests.conftest import START


async def deliver(settings: Settings, shelf: Shelf, ahead: timedelta) -> None:
    began = time.monotonic()

    def clock() -> datetime:
        return START + ahead + timedelta(seconds=time.monotonic() - began)

    vault = Vault([key.get_secret_value() for key in settings.encryption_keys])
    database = Database(settings.database_url, vault, clock)
    await keys.settle(database)
    deaf = SafetyScreen(SafetyData(languages=()))
    services = Services(database, vault, clock, shelf, deaf, settings)
    await run(services, ["courier"], asyncio.Event(), listen=False)


def get_ready(settings: Settings) -> Shelf:
    """What every courier reads at its start is read once, for they live for less than a second."""
    day(START.date())
    gettext("")
    is_working_day(START.date())
    configure_mappers()
    shelf = Shelf(settings.catalog)
    gc.collect()
    gc.freeze()
    return shelf


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    settings = Settings(_env_file=None)
    shelf = get_ready(settings)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(2, 1)  # what it logs is no answer
            asyncio.run(deliver(settings, shelf, timedelta(seconds=float(line))))
        print(child, flush=True)


if __name__ == "__main__":
    main()
