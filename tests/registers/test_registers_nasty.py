"""Whatever comes, an import succeeds or says why it could not, and what it leaves behind can be used."""

import copy
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_helpers import DATA, TODAY, make_folder, service, write

from catalog.loading import load
from catalog.registers.hsds import import_hsds
from catalog.registers.ptv import import_ptv
from catalog.registers.report import RegisterError

JUNK: list[Any] = [
    *(
        None,
        "",
        " ",
        [],
        {},
        0,
        -1,
        1.5,
        True,
        "x" * 300,
        "\u0000",
        "\ud800",
        "<b>",
        "2026-99-99",
        "😀",
        [[]],
        [None],
    ),
    *([{}], {"id": {}}, ["x"], 10**400, {"value": None, "language": "fi"}, "http://[", "P15.1", "fi"),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from places(one, (*path, key))


def spoiled(text: str, paths: list[tuple[Any, ...]], seed: int, times: int) -> list[Any]:
    """The entries with some values replaced, taken away or doubled."""
    chance = random.Random(seed)
    found: list[Any] = json.loads(text)
    for *where, key in chance.choices(paths, k=times):
        try:
            at: Any = found
            for step in where:
                at = at[step]
            _spoil(at, key, chance)
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change has taken the place away
    return found


def _spoil(at: Any, key: Any, chance: random.Random) -> None:
    what = chance.random()
    if what < 0.2 and isinstance(at, dict):
        del at[key]
    elif what < 0.3 and isinstance(at, list):
        at.append(copy.deepcopy(at[key]))
    else:
        at[key] = copy.deepcopy(chance.choice(JUNK))


def entries_of(version: str) -> list[Any]:
    found: list[Any] = []
    for path in sorted((DATA / f"ptv-{version}").glob("*.json")):
        whole = json.loads(path.read_text("utf-8"))
        page = whole.get("itemList", whole.get("items")) if isinstance(whole, dict) else whole
        found += page if isinstance(page, list) else [whole]
    return found


SAMPLES = {
    **{version: entries_of(version) for version in ("v11", "v12")},
    "hsds": [json.loads((DATA / "hsds-3.1" / "organization_full.json").read_text("utf-8"))],
}
PATHS = {name: list(places(entries)) for name, entries in SAMPLES.items()}
TEXTS = {name: json.dumps(entries) for name, entries in SAMPLES.items()}


def survives(run: Callable[..., Any], entries: list[Any], name: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = make_folder(Path(place))
        source = Path(place) / "source.json"
        source.write_text(json.dumps(entries), "utf-8")
        try:
            report = run(source, folder, today=TODAY)
        except RegisterError as error:
            why = str(error)
        else:
            why = ""
        if why:
            assert not (folder / "imported" / f"{name}.jsonl").exists()
            return
        assert "\n".join(map(str, report.warnings)).encode() is not None  # it can be printed
        catalogue = load(folder)
        assert len(list(catalogue.offers)) == report.contents.offers
        assert all(catalogue.organisation_of(offer).id for offer in catalogue.offers)


SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("version", ["v11", "v12"])
@SOME
@given(seed=st.integers(0, 2**32), times=st.integers(1, 60))
def test_spoiled_answers_of_ptv(version: str, seed: int, times: int) -> None:
    survives(import_ptv, spoiled(TEXTS[version], PATHS[version], seed, times), "ptv")


@SOME
@given(seed=st.integers(0, 2**32), times=st.integers(1, 60))
def test_spoiled_hsds(seed: int, times: int) -> None:
    survives(import_hsds, spoiled(TEXTS["hsds"], PATHS["hsds"], seed, times), "hsds")


@pytest.mark.parametrize("field", sorted(service()))
@pytest.mark.parametrize("junk", JUNK[:12], ids=range(12))
def test_any_field_of_a_service_may_be_wrong(field: str, junk: Any) -> None:
    survives(import_ptv, [service(1, **{field: junk}), service(2)], "ptv")


@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_at_all(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = make_folder(Path(place))
        source = Path(place) / "source.json"
        source.write_bytes(content)
        for run in (import_ptv, import_hsds):
            with pytest.raises(RegisterError):
                run(source, folder, today=TODAY)


@settings(max_examples=25, deadline=None)
@given(cut=st.floats(0.01, 0.99))
def test_a_file_cut_anywhere_leaves_the_catalogue_as_it_was(cut: float) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = make_folder(Path(place))
        whole = write(Path(place) / "source.json", [service(number) for number in range(1, 6)])
        import_ptv(whole, folder, today=TODAY)
        kept = (folder / "imported" / "ptv.jsonl").read_bytes()
        text = whole.read_bytes()
        whole.write_bytes(text[: int(len(text) * cut)])
        with pytest.raises(RegisterError):
            import_ptv(whole, folder, today=TODAY)
        assert (folder / "imported" / "ptv.jsonl").read_bytes() == kept
