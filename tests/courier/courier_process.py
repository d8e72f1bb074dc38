"""Real courier processes for tests that kill them: everything is imported once, then each line on standard input
starts one more courier, whose clock is so many seconds ahead, and prints its process id."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime, timedelta

from bot.app import open_services, run
from bot.core.calendar import system_clock
from bot.settings import Settings


async def deliver(ahead: timedelta) -> None:
    def clock() -> datetime:
        return system_clock() + ahead

    async with open_services(Settings(_env_file=None), clock) as services:
        await run(services, ["courier"], asyncio.Event(), listen=False)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    Settings(_env_file=None)  # reads what it needs to know gateways, once for all couriers
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(deliver(timedelta(seconds=float(line))))
        print(child, flush=True)


if __name__ == "__main__":
    main()
