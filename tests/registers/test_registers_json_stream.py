"""Entries of a JSON file of any size and shape, one at a time."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.registers import json_stream
from catalog.registers.json_stream import Entries, NotJson, name_of


@pytest.fixture(params=["whole", "streamed"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small file is read whole, a large one in pieces: both must give the same."""
    if request.param == "streamed":
        monkeypatch.setattr(json_stream, "SMALL", 0)
        monkeypatch.setattr(json_stream, "CHUNK", 7)
    name: str = request.param
    return name


def read(tmp_path: Path, content: str | bytes) -> list[Any]:
    path = tmp_path / "file.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(Entries(path))


SHAPES = [
    ("[]", []),
    ("[1, 22, 333]", [1, 22, 333]),
    ('[{"id": "a"}, {"id": "b"}]', [{"id": "a"}, {"id": "b"}]),
    ('{"pageNumber": 1, "itemList": [{"id": "a"}]}', [{"id": "a"}]),
    ('{"pageNumber": 1, "itemList": null}', [{"pageNumber": 1, "itemList": None}]),
    ('{"items": [1], "page": 1, "more": [2]}', [1, 2]),
    ('{"id": "a", "serviceNames": [1, 2]}', [{"id": "a", "serviceNames": [1, 2]}]),
    ("\ufeff [ 1 ,\n2 ]  \n", [1, 2]),
    ('{"id": "a"}\n{"id": "b"}\n', [{"id": "a"}, {"id": "b"}]),
    ('["ä", "\\u20ac", "\\ud83d\\ude00", "\\""]', ["ä", "€", "😀", '"']),
    ("{}", []),
]


@pytest.mark.parametrize(("content", "expected"), SHAPES)
def test_every_shape_gives_its_entries(way: str, tmp_path: Path, content: str, expected: list[Any]) -> None:
    assert read(tmp_path, content) == expected


def test_a_page_keeps_what_it_says_of_itself(way: str, tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text('{"pageNumber": 2, "pageCount": 9, "itemList": [{"id": "a"}]}', encoding="utf-8")
    entries = Entries(path)
    assert len(list(entries)) == 1
    assert entries.header == {"pageNumber": 2, "pageCount": 9}


BROKEN = [
    ("", "The file is empty."),
    ("   ", "The file is empty."),
    ("hello", "begins with neither [ nor {"),
    ("<html><body>502</body></html>", "begins with neither [ nor {"),
    ('[{"id": "a"}, {"id": "b", "na', "not whole"),
    ('[{"id": "a"}, {"id": "b"}', "cut short"),
    ('[{"id": "a"} {"id": "b"}]', "cut short"),
    ('{"itemList": [{"id": "a"}]', "end of the file"),
    (b'["\xff\xfe"]', "UTF-8"),
    ("[" * 100_000, "nested too deeply"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_says_why(way: str, tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(NotJson) as raised:
        read(tmp_path, content)
    assert message in str(raised.value)


def test_a_truncated_file_names_the_entry_before_the_cut(way: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text('[{"id": "first"}, {"id": "second"}, {"id": "th', encoding="utf-8")
    entries = Entries(path)
    with pytest.raises(NotJson) as raised:
        list(entries)
    assert (raised.value.place or entries.place) == "after entry 2 (second)"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(VALUES, max_size=5), chunk=st.integers(1, 40), indent=st.sampled_from([None, 1]))
def test_in_pieces_of_any_size_it_is_the_same(
    tmp_path: Path, entries: list[Any], chunk: int, indent: int | None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "SMALL", 0)
        patch.setattr(json_stream, "CHUNK", chunk)
        assert read(tmp_path, json.dumps(entries, indent=indent, ensure_ascii=False)) == entries


def test_a_long_array_is_never_in_memory_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    one = json.dumps({"id": "x" * 36, "serviceNames": [{"value": "y" * 200, "language": "fi"}] * 3})
    with path.open("w", encoding="utf-8") as file:
        file.write("[" + one)
        for _ in range(40_000):
            file.write("," + one)
        file.write("]")
    assert path.stat().st_size > 30_000_000
    tracemalloc.start()
    count = sum(1 for _ in Entries(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 40_001
    assert peak < 8_000_000


def test_progress_is_told_in_bytes(way: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text("[1, 2, 3]", encoding="utf-8")
    steps: list[int] = []
    list(Entries(path, steps.append))
    assert sum(steps) == 9


def test_what_an_entry_calls_itself() -> None:
    assert name_of({"contentId": "c"}) == "c"
    assert name_of({"id": 5, "name": "Name"}) == "Name"
    assert name_of({}) == name_of("text") == name_of(None) == ""
