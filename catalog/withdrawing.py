"""How people say that they take a consent back: what `catalog/data/withdrawing.yaml` may hold, and reading it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

FILE = Path(__file__).resolve().parent / "data" / "withdrawing.yaml"


def _words(value: Any) -> Any:
    return tuple(value.split()) if isinstance(value, str) else value


def _lines(value: Any) -> Any:
    return tuple(line.strip() for line in value.splitlines()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class WithdrawingWords(BaseModel):
    """One language's words; the file says what each list is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consent: Words
    do: Words
    wish: Words
    want: Words
    ask: Words
    not_: Words = Field(alias="not")
    never: Words
    joins: Words
    alone: Annotated[tuple[str, ...], BeforeValidator(_lines)] = ()


@cache
def load_withdrawing() -> dict[str, WithdrawingWords]:
    """Of the package itself and not of an operator's catalogue: a right must not hang on a file that may be missing."""
    found = yaml.safe_load(FILE.read_text("utf-8"))
    return TypeAdapter(dict[str, WithdrawingWords]).validate_python(found)
