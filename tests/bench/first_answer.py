"""A process that starts the demonstration, asks it something, rests a moment, and says what that took."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

BEGUN = "RINNALLA_BENCH_BEGUN"
REST = 3


def measured() -> dict[str, float]:
    """Seconds (`s`) from the start of Python to the first answer, and megabytes (`MB`) at rest."""
    environment = os.environ | {BEGUN: repr(time.time())}
    command = [sys.executable, "-m", "tests.bench.first_answer"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


async def main() -> None:
    from bot.demo import demonstration
    from bot.simulator.driver import Phone

    with TemporaryDirectory(prefix="rinnalla-bench-") as folder:
        async with demonstration(Path(folder)) as demo:
            phone = Phone(demo.simulator, demo.client_bot, demo.client)
            await phone.says("/start", wait=False)
            while not phone.sees:
                await phone.chat.activity.changes(10)
            seconds = time.time() - float(os.environ[BEGUN])
            await asyncio.sleep(REST)
            gc.collect()
            print(json.dumps({"s": seconds, "MB": resident()}))


def resident() -> float:
    """Megabytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


if __name__ == "__main__":
    asyncio.run(main())
