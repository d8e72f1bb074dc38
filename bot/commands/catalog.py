"""`rinnalla catalog …` and `rinnalla safety …`: what the service suggests, and what it listens for."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import registers
from bot.commands.common import AsJson, CatalogFolder, fail, read_settings, with_services

if TYPE_CHECKING:
    from catalog.recognising import Recogniser
    from catalog.schema import Catalog

app = typer.Typer(help="Check, search, import and export the catalogue.", no_args_is_help=True)
app.add_typer(registers.importing, name="import")
app.add_typer(registers.exporting, name="export")
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
    text: Annotated[str | None, typer.Argument(help="What to look for, in one's own words.")] = None,
    lines: Annotated[
        bool, typer.Option("--lines", help="Read one text per line from standard input.")
    ] = False,
    locale: Annotated[str, typer.Option(help="Language of the answer: fi, fi@selko, sv, en.")] = "fi",
    municipality: Annotated[str | None, typer.Option(help="Only what is in reach from here.")] = None,
    catalog: CatalogFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say which life areas a text could be about, and find activities and services by its words."""
    from catalog.loading import CatalogError, load
    from catalog.recognising import PHRASES, PhraseError, Recogniser

    if (text is None) == (not lines):
        raise typer.BadParameter("give a text, or --lines and the texts on standard input")
    folder = catalog or read_settings().catalog
    try:
        shelf, recogniser = load(folder), Recogniser.load(folder / PHRASES)
    except (CatalogError, PhraseError) as error:
        fail(str(error))
    for asked in sys.stdin.read().splitlines() if lines else [text or ""]:
        found = _answer(shelf, recogniser, asked, locale, municipality)
        typer.echo(json.dumps(found, ensure_ascii=False) if as_json else _readable(found))


def _answer(
    catalog: Catalog, recogniser: Recogniser, text: str, locale: str, municipality: str | None
) -> dict[str, Any]:
    """What is recognised (nothing when it is not sure) and what is found, as plain data."""
    from catalog.search import search

    return {
        "areas": [{"id": one.area, "score": one.score} for one in recogniser.areas(text)],
        "results": [
            {
                "id": one.offer.id,
                "name": one.offer.name.best(locale),
                "organisation": one.organisation.name.best(locale),
                "areas": list(one.offer.areas),
                "why": [":".join([reason.code, *reason.values]) for reason in one.reasons],
            }
            for one in search(catalog, text, locale, municipality)
        ],
    }


def _readable(found: dict[str, Any]) -> str:
    areas = ", ".join(f"{area['id']} {area['score']:.2f}" for area in found["areas"]) or "not sure"
    rows = [f"  {row['name']} · {row['organisation']} [{row['id']}]" for row in found["results"]]
    return "\n".join([f"Areas: {areas}", *(rows or ["  nothing found"])])


@app.command("evaluate")
def catalog_evaluate(catalog: CatalogFolder = None, as_json: AsJson = False) -> None:
    """Measure how well own words are recognised, on sentences that were never taught."""
    from catalog.evaluating import EvaluationError, evaluate
    from catalog.recognising import PHRASES, PhraseError, Recogniser

    folder = catalog or read_settings().catalog
    try:
        report = evaluate(Recogniser.load(folder / PHRASES), folder / "evaluation")
    except (PhraseError, EvaluationError) as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps({language: figures.shares() for language, figures in report.items()}))
        return
    for language, figures in report.items():
        shares = "  ".join(f"{name} {share:.1%}" for name, share in figures.shares().items())
        typer.echo(f"{language}: {shares}")


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
