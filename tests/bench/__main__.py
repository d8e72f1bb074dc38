"""`make bench`: how fast it is on this machine, as tables.

Machines differ and are shared: compare the ratios within one run, not the times of two runs.
"""

from __future__ import annotations

import asyncio

from rich.console import Console

from tests.bench import conversation, start

console = Console(width=110)


def main() -> None:
    """Measure everything and print it."""
    console.print("Measuring the start of the demonstration in a process of its own …")
    console.print(start.table())
    console.print("Measuring the conversation, beside a bare aiogram-dialog of the same shape …")
    console.print(asyncio.run(conversation.table()))


if __name__ == "__main__":
    main()
