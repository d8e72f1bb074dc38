"""`rinnalla keys …`: encryption keys, and the way from an old one to a new one."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from bot.commands.common import AsJson, fail, with_services

app = typer.Typer(help="Encryption keys.", no_args_is_help=True)


@app.command("new")
def keys_new() -> None:
    """Print a new encryption key for RINNALLA_ENCRYPTION_KEYS."""
    from cryptography.fernet import Fernet

    typer.echo(Fernet.generate_key().decode())


@app.command("rotate")
def keys_rotate(
    check: Annotated[bool, typer.Option("--check", help="Only count what still needs an older key.")] = False,
    as_json: AsJson = False,
) -> None:
    """Encrypt with the first key whatever only an older one opens. The service may run meanwhile; a run that was
    broken off goes on where it was. Exit status 1 as long as something needs an older key."""
    renewed, left = with_services(_check if check else _rotate)
    if as_json:
        typer.echo(json.dumps({"renewed": renewed, "left": left}))
    else:
        for name, count in renewed.items():
            typer.echo(f"{count:8} {name}")
        if not left:
            typer.echo("Everything opens with the first key. The older ones are not needed any more.")
    if left:
        rows = ", ".join(f"{name} {count}" for name, count in left.items())
        fail(
            f"an older key is still needed ({rows}): start every process with the new key first, then rotate"
        )


async def _check(services: Any) -> tuple[dict[str, int], dict[str, int]]:
    from bot.db import keys

    return {}, {**await keys.left(services.db), **await _in_redis(services, write=False)}


async def _rotate(services: Any) -> tuple[dict[str, int], dict[str, int]]:
    from rich.console import Console
    from rich.progress import Progress

    from bot.db import keys

    console = Console(stderr=True)
    with Progress(console=console, disable=not sys.stderr.isatty()) as progress:
        bars = {
            name: progress.add_task(name, total=count)
            for name, count in (await keys.rows(services.db)).items()
            if count
        }

        def tell(table: str, rows: int) -> None:
            if table in bars:
                progress.advance(bars[table], rows)

        renewed = dict(await keys.rotate(services.db, tell))
        renewed |= await _in_redis(services, write=True)
    left = {**await keys.left(services.db), **await _in_redis(services, write=False)}
    return renewed, left


async def _in_redis(services: Any, *, write: bool) -> dict[str, int]:
    """Conversations in Redis, where they are kept there: entries that were renewed, or that still have to be."""
    from bot.app import dialog_storage
    from bot.db.dialog_state import RedisStorage

    storage = dialog_storage(services)
    if not isinstance(storage, RedisStorage):
        return {}
    try:
        count = await (storage.rotate() if write else storage.left())
    finally:
        await storage.close()
    return {"conversations in Redis": count} if count else {}
