"""The command `rinnalla`. What a command needs is imported when it runs: the frameworks take seconds to load."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError

from bot.settings import Settings

T = TypeVar("T")

app = typer.Typer(
    help="Rinnalla: a chat bot for two-way service guidance.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
catalog_app = typer.Typer(help="Check and search the catalogue.", no_args_is_help=True)
staff_app = typer.Typer(help="Invite, list and remove workers.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
consents_app = typer.Typer(help="The record of consents.", no_args_is_help=True)
keys_app = typer.Typer(help="Encryption keys.", no_args_is_help=True)
safety_app = typer.Typer(help="The first look for danger in free text.", no_args_is_help=True)
for name, group in (
    ("catalog", catalog_app), ("staff", staff_app), ("db", db_app), ("consents", consents_app),
    ("keys", keys_app), ("safety", safety_app),
):  # fmt: skip
    app.add_typer(group, name=name)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CatalogFolder = Annotated[Path | None, typer.Option("--catalog", help="Folder of the catalogue.")]


def main() -> None:
    """Entry point: every failure is one clear line on stderr and exit status 1."""
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def fail(message: str) -> NoReturn:
    typer.echo(f"rinnalla: {message}", err=True)
    raise typer.Exit(1)


def read_settings(**overrides: Any) -> Settings:
    """Settings from the environment; a wrong one is named, its value is not shown."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = [_wrong(each) for each in error.errors(include_input=False, include_url=False)]
        fail("settings are wrong:\n  " + "\n  ".join(lines))


def _wrong(problem: Any) -> str:
    """One line for one wrong setting: its name, unless the sentence names several, and what is wrong."""
    setting = "_".join(map(str, problem["loc"])).upper()
    says = problem["msg"].removeprefix("Value error, ")
    return f"RINNALLA_{setting}: {says}" if setting else says


def with_services(use: Callable[[Any], Awaitable[T]]) -> T:
    """Run one use case with everything open; what an operator can put right is said in one line."""
    from bot.app import CannotStart, open_services
    from bot.db.columns import BadKey, WrongKey
    from bot.db.upgrade import UnknownRevision
    from catalog.loading import CatalogError

    async def inside() -> T:
        async with open_services(read_settings()) as services:
            return await use(services)

    try:
        return asyncio.run(inside())
    except (CannotStart, BadKey, WrongKey, UnknownRevision, CatalogError, ValueError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot reach the database or a file: {error}")


# --- running


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option(help="Keep the data in this folder.")] = None,
    port: Annotated[int, typer.Option(help="Port of the web page; 0 picks a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    organisation: Annotated[
        str, typer.Option(help="Whose worker the second telephone belongs to.")
    ] = "kello",
    catalog: CatalogFolder = None,
) -> None:
    """Try everything in a browser: no token, no network."""
    typer.echo("Rinnalla: starting both bots (the frameworks take a few seconds to load) …")

    async def serve() -> None:
        from bot.demo import serve as run_demo

        set_up_logging("WARNING")
        await run_demo(keep, host, port, organisation, catalog, announce)

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
    set_up_logging(settings.log_level)
    from bot.app import ROLES, CannotStart, Role, open_services
    from bot.app import run as run_roles

    wanted: list[Role] = [each for each in ROLES if not role or each in role]
    if unknown := set(role or ()) - set(ROLES):
        raise typer.BadParameter(f"no such role: {', '.join(unknown)}; roles are {', '.join(ROLES)}")

    async def serve() -> None:
        stop = asyncio.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, stop.set)
        async with open_services(settings) as services:
            await run_roles(services, wanted, stop, lambda: typer.echo("Rinnalla is running. Ctrl-C ends."))

    try:
        asyncio.run(serve())
    except (CannotStart, ValueError) as error:
        fail(str(error))


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


def set_up_logging(level: str) -> None:
    """Structured lines on stderr. Libraries that would log addresses with tokens in them are kept silent."""
    import logging

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for library in (
        "alembic",
        "httpx",
        "httpcore",
        "aiohttp",
        "telegram",
        "apscheduler",
        "aiogram",
        "aiogram_dialog",
    ):
        logging.getLogger(library).setLevel(max(logging.WARNING, getattr(logging, level)))


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
    try:
        asyncio.run(copy(settings.database_url, target))
    except ValueError as error:
        fail(str(error))
    typer.echo(f"Copied to {target}. It is as secret as the keys that open it: keep them apart.")


@app.command()
def purge(as_json: AsJson = False) -> None:
    """Remove what has passed its time. The courier does it by itself too."""
    from dataclasses import asdict

    from bot.services import housekeeping

    purged = asdict(with_services(housekeeping.purge))
    typer.echo(
        json.dumps(purged) if as_json else "\n".join(f"{count:6} {name}" for name, count in purged.items())
    )


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the shape this version needs."""
    from bot.db.columns import BadKey, Vault
    from bot.db.upgrade import UnknownRevision, head, upgrade

    settings = read_settings()
    try:
        vault = Vault([key.get_secret_value() for key in settings.encryption_keys])
        asyncio.run(upgrade(settings.database_url, vault))
    except (BadKey, UnknownRevision) as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot reach the database: {error}")
    typer.echo(f"The database is at {head()}.")


@keys_app.command("new")
def keys_new() -> None:
    """Print a new encryption key for RINNALLA_ENCRYPTION_KEYS."""
    from cryptography.fernet import Fernet

    typer.echo(Fernet.generate_key().decode())


# --- catalogue and safety


@catalog_app.command("check")
def catalog_check(catalog: CatalogFolder = None, as_json: AsJson = False) -> None:
    """List everything that is wrong with the catalogue, and what could be better."""
    from dataclasses import asdict
    from datetime import UTC, datetime

    from catalog.loading import check

    folder = catalog or read_settings().catalog
    if not folder.is_dir():
        fail(f"no such folder: {folder}")
    problems = check(folder, datetime.now(UTC).date())
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        typer.echo(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False))
    else:
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(f"{errors} errors, {len(problems) - errors} warnings.")
    if errors:
        raise typer.Exit(1)


@catalog_app.command("search")
def catalog_search(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    locale: Annotated[str, typer.Option(help="Language of the answer: fi, fi@selko, sv, en.")] = "fi",
    municipality: Annotated[str | None, typer.Option(help="Only what is in reach from here.")] = None,
    catalog: CatalogFolder = None,
    as_json: AsJson = False,
) -> None:
    """Find activities and services by name and topic."""
    from catalog.loading import CatalogError, load
    from catalog.search import search

    try:
        found = search(load(catalog or read_settings().catalog), text, locale, municipality)
    except CatalogError as error:
        fail(str(error))
    if as_json:
        rows = [
            {"id": one.offer.id, "name": one.offer.name.best(locale),
             "organisation": one.organisation.name.best(locale), "areas": list(one.offer.areas),
             "why": [[reason.code, *reason.values] for reason in one.reasons]}
            for one in found
        ]  # fmt: skip
        typer.echo(json.dumps({"results": rows}, ensure_ascii=False))
        return
    for one in found:
        typer.echo(f"{one.offer.name.best(locale)} · {one.organisation.name.best(locale)} [{one.offer.id}]")
    if not found:
        typer.echo("Nothing found.")


@catalog_app.command("unmet")
def catalog_unmet(as_json: AsJson = False) -> None:
    """Show how often the catalogue had nothing to suggest, by month, area and municipality; small counts hidden."""
    from dataclasses import asdict

    from bot.services import figures

    rows = with_services(figures.unmet_needs)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        shown = row.count if row.count is not None else f"<{figures.SMALLEST_SHOWN}"
        typer.echo(f"{row.month}  {row.area:12}  {row.municipality or '-':20}  {shown}")
    if not rows:
        typer.echo("Nothing has been counted yet.")


@safety_app.command("check")
def safety_check(catalog: CatalogFolder = None, as_json: AsJson = False) -> None:
    """Read one text per line from standard input and print for each what the first look finds.

    Levels: 3 immediate danger; 2 suicide, self-harm or violence; 1 deep distress; 0 none of these.
    """
    from bot.core.safety import SafetyScreen
    from catalog.safety_data import load_safety_data

    folder = (catalog or read_settings().catalog) / "safety"
    try:
        screen = SafetyScreen(load_safety_data(folder))
    except ValueError as error:
        fail(f"the safety phrases in {folder} cannot be used: {error}")
    for line in sys.stdin:
        screening = screen.screen(line.rstrip("\n"))
        if as_json:
            typer.echo(json.dumps({"level": screening.level, "kind": screening.kind}))
        else:
            typer.echo(f"{screening.level} {screening.kind or '-'}")


# --- staff and consents


@staff_app.command("invite")
def staff_invite(
    organisation: Annotated[str, typer.Argument(help="Id of the organisation in the catalogue.")],
    name: Annotated[str, typer.Option(help="Name that clients and colleagues see.")],
) -> None:
    """Print a one-time code and a link with which a worker joins; valid for seven days."""
    from bot.services import staff

    async def use(services: Any) -> tuple[Any, str | None]:
        known = services.catalog.organisations_by_id
        if organisation not in known:
            raise ValueError(
                f"no organisation {organisation!r} in the catalogue; there are: {', '.join(sorted(known))}"
            )
        return await staff.invite(services, organisation, name), await _staff_username(services.settings)

    invitation, username = with_services(use)
    typer.echo(f"Code: {invitation.code} (valid until {invitation.expires_at:%d.%m.%Y %H:%M} UTC, once)")
    link = f"https://t.me/{username}?start={invitation.code}" if username else "(no staff bot in reach)"
    typer.echo(f"Link: {link}")


async def _staff_username(settings: Settings) -> str | None:
    """Name of the staff bot for the link; None when its token is missing or Telegram is out of reach."""
    import aiohttp

    if settings.staff_token is None:
        return None
    url = f"{str(settings.telegram_api).rstrip('/')}/bot{settings.staff_token.get_secret_value()}/getMe"
    try:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url) as response:
            answer = await response.json(content_type=None)
            return str(answer["result"]["username"]) if answer.get("ok") else None
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None


@staff_app.command("list")
def staff_list(as_json: AsJson = False) -> None:
    """List the linked workers."""
    from bot.services import staff

    rows = with_services(staff.everyone)
    if as_json:
        fields = [{"id": w.id, "name": w.name, "organisation": w.organisation_id, "role": w.role,
                   "joined": joined.isoformat()} for w, joined in rows]  # fmt: skip
        typer.echo(json.dumps(fields, ensure_ascii=False))
        return
    for worker, joined in rows:
        typer.echo(
            f"{worker.id:4}  {worker.organisation_id:30}  {worker.role:10}  {joined:%d.%m.%Y}  {worker.name}"
        )
    if not rows:
        typer.echo("Nobody has joined yet. Invite with: rinnalla staff invite ORGANISATION --name NAME")


@staff_app.command("remove")
def staff_remove(worker: Annotated[int, typer.Argument(help="Id from `staff list`.")]) -> None:
    """Take a worker's rights away at once; open requests go back to colleagues."""
    from bot.services import staff

    if not with_services(lambda services: staff.remove(services, worker)):
        fail(f"no worker {worker}; see `rinnalla staff list`")
    typer.echo("Removed.")


@consents_app.command("verify")
def consents_verify(as_json: AsJson = False) -> None:
    """Check that no event of the consent record has been changed, deleted or moved."""
    from dataclasses import asdict

    from bot.services import consents

    report = with_services(consents.verify)
    if as_json:
        typer.echo(json.dumps({**asdict(report), "whole": report.whole}))
    elif report.whole:
        typer.echo(f"The chain is whole: {report.events} events.")
    if not report.whole:
        fail(f"the chain is broken: event {report.broken_at} {report.problem}")
