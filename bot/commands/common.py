"""What all commands share: settings, open services, and failures told in one clear line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError

from bot.settings import Settings

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CatalogFolder = Annotated[Path | None, typer.Option("--catalog", help="Folder of the catalogue.")]


def fail(message: str) -> NoReturn:
    typer.echo(f"rinnalla: {message}", err=True)
    raise typer.Exit(1)


def read_settings(**overrides: Any) -> Settings:
    """Settings from the environment; a wrong one is named, its value is not shown."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        wrong = [_wrong(each) for each in error.errors(include_input=False, include_url=False)]
        fail("\nrinnalla: ".join(wrong))


def _wrong(problem: Any) -> str:
    """One line for one wrong setting: its name, unless the sentence names several, and what is wrong."""
    says = str(problem["msg"]).removeprefix("Value error, ")
    return f"RINNALLA_{str(problem['loc'][0]).upper()}: {says}" if problem["loc"] else says


@contextmanager
def told_plainly(*expected: type[Exception]) -> Iterator[None]:
    """What an operator can put right is said in one line: `expected` says by itself what it is."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.db.upgrade import UnknownRevision
    from bot.db.work import NotCommitted

    clear: tuple[type[Exception], ...] = (UnknownRevision, ValueError, *expected)
    try:
        yield
    except clear as error:
        fail(str(error))
    except (SQLAlchemyError, NotCommitted) as error:
        reason = getattr(error, "orig", None) or error.__cause__ or error
        fail(f"the database cannot be used: {str(reason).splitlines()[0]}")
    except OSError as error:
        fail(f"cannot reach the database or a file: {error.strerror or error}")


def with_services(use: Callable[[Any], Awaitable[T]]) -> T:
    """Run one use case with everything open."""
    from bot.app import CannotStart, open_services
    from catalog.loading import CatalogError

    async def inside() -> T:
        async with open_services(read_settings()) as services:
            return await use(services)

    with told_plainly(CannotStart, CatalogError):
        return asyncio.run(inside())
