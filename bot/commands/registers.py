"""`rinnalla catalog import …` and `rinnalla catalog export …`: to and from the registers of others."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, TypeVar

import typer

from bot.commands.common import AsJson, CatalogFolder, fail, read_settings

if TYPE_CHECKING:
    from bot.settings import Settings
    from catalog.drafts import Problem
    from catalog.registers.report import Counts, ImportReport, Progress

importing = typer.Typer(help="Take the services of a register into the catalogue.", no_args_is_help=True)
exporting = typer.Typer(help="Publish the catalogue for others.", no_args_is_help=True)

T = TypeVar("T")

SHOWN = 30
"""So many warnings and unmapped terms are printed; with --json all that are kept."""

Municipality = Annotated[
    list[str] | None,
    typer.Option(help="Take only what is offered there or in the whole country. May be given many times."),
]


@importing.command("ptv")
def import_ptv(
    source: Annotated[Path, typer.Argument(help="File or folder of PTV's answers, v11 or v12.")],
    municipality: Municipality = None,
    catalog: CatalogFolder = None,
    as_json: AsJson = False,
) -> None:
    """Import from Suomi.fi PTV: pages, lists or single entries of its open interface, in JSON files."""
    from catalog.registers.ptv import import_ptv as run

    _import(run, source, municipality, catalog, as_json)


@importing.command("hsds")
def import_hsds(
    source: Annotated[Path, typer.Argument(help="Nested JSON, or a data package: folder or zip file.")],
    language: Annotated[
        Literal["fi", "sv", "en"], typer.Option(help="Language of the texts, which HSDS does not tell.")
    ] = "en",
    municipality: Municipality = None,
    catalog: CatalogFolder = None,
    as_json: AsJson = False,
) -> None:
    """Import from an Open Referral HSDS 3.1 register."""
    from catalog.registers.hsds import import_hsds as run

    _import(run, source, municipality, catalog, as_json, language=language)


@exporting.command("hsds")
def export_hsds(
    target: Annotated[Path, typer.Argument(help="File to write, or a folder for rinnalla-hsds.json.")],
    catalog: CatalogFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write what can be suggested as Open Referral HSDS 3.1: a list of organisations with their services."""
    from catalog.loading import CatalogError, load
    from catalog.registers.hsds_export import FILE
    from catalog.registers.hsds_export import export_hsds as run

    folder = catalog or read_settings().catalog
    file = target / FILE if target.is_dir() else target
    try:
        services = _watched("Writing", lambda progress: run(load(folder), file, progress))
    except CatalogError as error:
        _fail_each(error.problems)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")
    told = {"file": str(file), "services": services}
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else f"{services} services are in {file}.")


def _import(
    run: Callable[..., ImportReport],
    source: Path,
    municipalities: list[str] | None,
    catalog: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    from bot.core.calendar import system_clock
    from catalog.registers.report import RegisterError

    settings = read_settings()
    folder = catalog or settings.catalog
    if not folder.is_dir():
        fail(f"no such folder: {folder}")
    in_use, unknown = _in_use(settings)
    today = system_clock().astimezone(settings.zone).date()
    work = partial(
        run, source, folder, in_use=in_use, today=today, municipalities=municipalities or None, **options
    )
    try:
        report = _watched("Importing", lambda progress: work(progress=progress))
    except RegisterError as error:
        _fail_each(error.problems)
    except OSError as error:
        fail(f"{error.filename or source}: {error.strerror}")
    if unknown:
        typer.echo(f"note: {unknown}; whatever has left the register is kept, retired.", err=True)
    if as_json:
        typer.echo(json.dumps(_as_data(report, unknown), ensure_ascii=False))
    else:
        _tell(report)


def _in_use(settings: Settings) -> tuple[frozenset[str] | None, str]:
    """What memos and requests name; None and the reason when it cannot be known."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.db.columns import BadKey, Vault, WrongKey
    from bot.db.upgrade import current
    from bot.db.work import Database
    from bot.services import in_use

    async def ask() -> frozenset[str] | None:
        if await current(settings.database_url) is None:
            return None
        vault = Vault([key.get_secret_value() for key in settings.encryption_keys])
        database = Database(settings.database_url, vault)
        try:
            return await in_use.ids(database)
        finally:
            await database.close()

    try:
        ids = asyncio.run(ask())
    except (BadKey, WrongKey) as error:
        return None, f"memos cannot be read ({error})"
    except (SQLAlchemyError, OSError) as error:
        return None, f"the database cannot be asked what is in use ({type(error).__name__})"
    return ids, "" if ids is not None else "there is no database yet"


def _watched(what: str, work: Callable[[Progress | None], T]) -> T:
    """Does the work, with a bar on stderr while a person is looking at it; none when the output goes elsewhere."""
    if not sys.stderr.isatty():
        return work(None)
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        return work(lambda done, total: bar.update(task, completed=done, total=total))


def _fail_each(problems: Iterable[Problem]) -> NoReturn:
    from catalog.registers.texts import printable

    fail("\nrinnalla: ".join(printable(str(problem)) for problem in problems))


# --- what an import did


def _as_data(report: ImportReport, unknown: str) -> dict[str, Any]:
    return {
        "register": report.register,
        "version": report.version,
        "source": str(report.source),
        "seconds": round(report.seconds, 2),
        "read": dict(report.read),
        "organisations": asdict(report.organisations),
        "offers": asdict(report.offers),
        "left_out": dict(report.left_out.most_common()),
        "unmapped": [
            {"term": term, "services": count, "left_out": report.missed[term]}
            for term, count in _unmapped(report)
        ],
        "in_use_unknown": unknown or None,
        "warnings": [asdict(problem) for problem in report.warnings],
        "warned": report.warned,
    }


def _unmapped(report: ImportReport) -> list[tuple[str, int]]:
    """First what left most services out."""
    return sorted(report.unmapped.items(), key=lambda one: (-report.missed[one[0]], -one[1], one[0]))


def _tell(report: ImportReport) -> None:
    """The warnings on stderr, the summary on stdout."""
    for problem in report.warnings[:SHOWN]:
        typer.echo(f"warning: {problem}", err=True)
    if report.warned > SHOWN:
        typer.echo(f"warning: and {report.warned - SHOWN} more; see --json", err=True)
    about = f"{report.register.upper()} {report.version}".strip()
    typer.echo(f"Imported from {about} in {report.seconds:.1f} s: {report.source}")
    typer.echo(f"Organisations: {_counts(report.organisations)}")
    typer.echo(f"Offers: {_counts(report.offers)}")
    typer.echo(f"Left out: {sum(report.left_out.values())}")
    for reason, count in report.left_out.most_common():
        typer.echo(f"{count:8}  {reason}")
    unmapped = _unmapped(report)
    typer.echo(f"Not in the mapping table: {len(unmapped)} classes, life events and terms")
    for term, count in unmapped[:SHOWN]:
        missed = f", {report.missed[term]} of them left out" if report.missed[term] else ""
        typer.echo(f"{count:8}  {term}{missed}")
    if len(unmapped) > SHOWN:
        typer.echo(f"          and {len(unmapped) - SHOWN} more; see --json")


def _counts(counts: Counts) -> str:
    return ", ".join(f"{count} {name}" for name, count in asdict(counts).items())
