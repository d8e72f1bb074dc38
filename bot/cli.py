"""The command `rinnalla`. What a command needs is imported when it runs: the frameworks take seconds to load."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands import catalog, keys, logs, people
from bot.commands.common import AsJson, CatalogFolder, fail, read_settings, told_plainly, with_services

app = typer.Typer(
    help="Rinnalla: a chat bot for two-way service guidance.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
for name, group in {
    "catalog": catalog.app,
    "safety": catalog.safety,
    "staff": people.app,
    "consents": people.consents,
    "db": db_app,
    "keys": keys.app,
}.items():
    app.add_typer(group, name=name)


def main() -> None:
    """Entry point: every failure is one clear line on stderr and exit status 1. A mistake of ours, which nobody has
    thought of, shows where it is, and no values: they may be secret."""
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        typer.echo(f"{logs.places(error)}\nrinnalla: this is a mistake of ours", err=True)
        raise SystemExit(1) from None


# --- running


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option(help="Keep the data in this folder.")] = None,
    port: Annotated[int, typer.Option(help="Port of the web page; 0 picks a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    organisation: Annotated[
        str, typer.Option(help="Whose worker the second telephone belongs to.")
    ] = "kello",
    catalog_folder: CatalogFolder = None,
) -> None:
    """Try everything in a browser: no token, no network."""
    typer.echo("Rinnalla: starting both bots (the frameworks take a few seconds to load) …")

    async def serve() -> None:
        from bot.demo import serve as run_demo

        logs.set_up("WARNING")
        await run_demo(keep, host, port, organisation, catalog_folder, announce)

    def announce(url: str) -> None:
        typer.echo(f"Open {url} in a browser. Ctrl-C ends.")
        sys.stdout.flush()

    until_interrupted(serve())


@app.command()
def run(
    role: Annotated[
        list[str] | None, typer.Option(help="client, staff or courier; all of them by default.")
    ] = None,
) -> None:
    """Run the service: both bots and the courier, or one of them."""
    settings = read_settings()
    logs.set_up(settings.log_level)
    from bot.app import ROLES, CannotStart, Role, open_services, settle_in
    from bot.app import run as run_roles
    from catalog.loading import CatalogError

    wanted: list[Role] = [each for each in ROLES if not role or each in role]
    if unknown := set(role or ()) - set(ROLES):
        raise typer.BadParameter(f"no such role: {', '.join(unknown)}; roles are {', '.join(ROLES)}")

    def started() -> None:
        settle_in()
        typer.echo("Rinnalla is running. Ctrl-C ends.")

    async def serve() -> None:
        stop = asyncio.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, stop.set)
        async with open_services(settings) as services:
            await run_roles(services, wanted, stop, started)

    with told_plainly(CannotStart, CatalogError):
        asyncio.run(serve())


def until_interrupted(work: Coroutine[Any, Any, None]) -> None:
    """Run until Ctrl-C or a termination signal, then end cleanly."""

    async def watched() -> None:
        task = asyncio.ensure_future(work)
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            typer.echo("\nGoodbye.")

    try:
        asyncio.run(watched())
    except OSError as error:
        fail(f"cannot start: {error}")
    except Exception as error:
        fail(str(error))


@app.command()
def doctor(
    health: Annotated[
        bool, typer.Option("--health", help="Only ask the running service whether it is well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look whether everything is in order: settings, database, catalogue, tokens."""
    from bot import doctor as doctors

    settings = read_settings()
    findings = asyncio.run(doctors.health(settings) if health else doctors.examine(settings))
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(f"{finding.mark} {finding.what}: {finding.says}")
    if any(not finding.well for finding in findings):
        raise typer.Exit(1)


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="File to write.")]) -> None:
    """Copy the SQLite database while it is in use."""
    from bot.db.backup import copy

    settings = read_settings()
    if target.exists():
        fail(f"{target} exists already; give a new name")
    with told_plainly():
        asyncio.run(copy(settings.database_url, target))
    typer.echo(f"Copied to {target}. It is as secret as the keys that open it: keep them apart.")


@app.command()
def purge(as_json: AsJson = False) -> None:
    """Remove what has passed its time. The courier does it by itself too."""
    from bot.services import housekeeping

    purged = with_services(housekeeping.purge)
    typer.echo(
        json.dumps(purged) if as_json else "\n".join(f"{count:6} {name}" for name, count in purged.items())
    )


@app.command("figures")
def show_figures(as_json: AsJson = False) -> None:
    """Show what clients have answered, by organisation, in batches too large to expose anybody."""
    from bot.services import figures

    lines = figures.lines(with_services(figures.all_reports))
    if as_json:
        typer.echo(json.dumps(lines, ensure_ascii=False))
        return
    for line in lines:
        answers = ", ".join(f"{answer} {count}" for answer, count in line.get("answers", {}).items())
        shown = f"average {line['average']}" if "average" in line else answers or "-"
        typer.echo(f"{line['organisation'] or '-':20}  {line['question']:32}  {line['total']:5}  {shown}")
    if not lines:
        typer.echo("There is nothing to show yet.")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the shape this version needs."""
    from bot.db.columns import Vault
    from bot.db.upgrade import head, upgrade

    settings = read_settings()
    with told_plainly():
        vault = Vault([key.get_secret_value() for key in settings.encryption_keys])
        asyncio.run(upgrade(settings.database_url, vault))
    typer.echo(f"The database is at {head()}.")
