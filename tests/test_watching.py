"""The running service looks at the catalogue's files, and says in the log what became of an edit."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot import app
from bot.services.base import Services
from bot.settings import CATALOG
from catalog.shelf import Shelf


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 (files do not ring a bell)
            await asyncio.sleep(0.02)


async def test_the_log_says_what_became_of_an_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(CATALOG, folder)
    monkeypatch.setattr(app, "LOOK_EVERY", 0.05)
    shelf = Shelf(folder)
    before = shelf.catalog
    services = cast(Services, SimpleNamespace(shelf=shelf, catalog=before))
    stop = asyncio.Event()
    with capture_logs() as logs:

        def told(level: str) -> list[Any]:
            return [log for log in logs if log["log_level"] == level]

        watching = asyncio.create_task(app._watch_catalog(services, stop))
        doors = (folder / "doors.yaml").read_text("utf-8")
        (folder / "doors.yaml").write_text("doors: 1", "utf-8")
        await until(lambda: told("error"))
        assert "doors.yaml" in told("error")[0]["why"]
        assert shelf.catalog is before
        (folder / "doors.yaml").write_text(doors, "utf-8")
        await until(lambda: told("info"))
        assert shelf.catalog is not before
        assert len(told("error")) == 1
        stop.set()
        await watching
