"""How a bench presses buttons, and how it tells of the times."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

from tests.conversations.people import Client


def milliseconds(seconds: Sequence[float]) -> tuple[str, str, str]:
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"{len(ordered)}", f"{median(ordered) * 1000:.1f}", f"{p99 * 1000:.1f}"


async def press(client: Client, widget: str) -> float:
    """Seconds until the press was answered, which is the last thing that a bot does about it."""
    before = time.perf_counter()
    await client.taps(widget, wait=False)
    while client.pressed is None or not client.pressed.answered:
        await client.chat.activity.changes(10)
    return time.perf_counter() - before


def asked(client: Client) -> bool:
    """Whether an area is asked about now."""
    return client.widgets[0].startswith("rate:")


async def begins_round(client: Client) -> None:
    await client.says("/start")
    for widget in ("over", "begin", "check_in", "begin"):
        if widget in client.widgets:
            await client.taps(widget)
