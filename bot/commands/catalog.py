"""`rinnalla catalog …` and `rinnalla safety …`: what the service suggests, and what it listens for."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from bot.commands.common import AsJson, CatalogFolder, fail, read_settings, with_services

app = typer.Typer(help="Check and search the catalogue.", no_args_is_help=True)
safety = typer.Typer(help="The first look for danger in free text.", no_args_is_help=True)


@app.command("check")
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


@app.command("search")
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


@app.command("unmet")
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


@safety.command("check")
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
