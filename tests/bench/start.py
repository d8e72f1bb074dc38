"""How long until the first answer, and how much memory the whole demonstration takes when it is idle."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from rich.table import Table

IDLE_AFTER = 5
"""Seconds of rest before memory is read."""
PATIENCE = 120


def table() -> Table:
    """Start `rinnalla demo`, say /start on the client's telephone, and read the memory of the process."""
    begun = time.perf_counter()
    command = [sys.executable, "-c", "from bot.cli import main; main()", "demo", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = _address(process)
        listening = time.perf_counter() - begun
        _say(url, "/start")
        answered = _until_answered(url, begun)
        time.sleep(IDLE_AFTER)
        memory = _memory(process.pid)
    finally:
        process.terminate()
        process.wait(PATIENCE)
    found = Table(
        "start and memory", "measured", title="The whole demonstration: simulator, both bots, courier"
    )
    found.add_row("from the command to the page", f"{listening:.1f} s")
    found.add_row("from the command to the first answer", f"{answered:.1f} s")
    found.add_row(f"resident memory, idle for {IDLE_AFTER} s", f"{memory / 1024:.0f} MiB")
    return found


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            return found.group()
    raise RuntimeError("the demonstration did not start")


def _say(url: str, text: str) -> None:
    phone = _state(url)["phones"][0]
    person = phone["people"][0]["user"]["id"]
    body = json.dumps({"bot": phone["bot"]["username"], "user": person, "text": text}).encode()
    headers = {"Content-Type": "application/json", "X-Rinnalla": "1"}
    urlopen(Request(f"{url}/sim/text", data=body, headers=headers), timeout=PATIENCE).close()


def _state(url: str) -> dict[str, Any]:
    with urlopen(f"{url}/sim/state", timeout=PATIENCE) as answer:
        state: dict[str, Any] = json.load(answer)
    return state


def _until_answered(url: str, begun: float) -> float:
    while time.perf_counter() - begun < PATIENCE:
        if "Rinnalla, palveluohjauksen chat" in json.dumps(_state(url), ensure_ascii=False):
            return time.perf_counter() - begun
        time.sleep(0.02)
    raise RuntimeError("no answer came")


def _memory(pid: int) -> int:
    """Resident memory in KiB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found.group(1))
