"""The search for traces finds what there is: else finding nothing would mean nothing."""

import json
import sqlite3
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.traces import files, traces

SAID = "itkin koko yön pöydän ääressä"


@pytest.mark.parametrize(
    "hidden",
    [
        SAID.encode(),
        SAID.upper().encode(),
        json.dumps({"said": SAID}).encode(),
        SAID.encode("utf-16"),
        quote(SAID).encode(),
        *(
            b64encode(b"x" * before + SAID.encode() + b"y" * after)
            for before in range(4)
            for after in range(3)
        ),
        urlsafe_b64encode(b"ab" + SAID.encode("utf-16-le")),
    ],
)
def test_words_are_found_in_every_form(hidden: bytes) -> None:
    assert traces([SAID], b"before " + hidden + b" after") == [SAID]
    assert traces([SAID], b"before something else after") == []


@pytest.mark.parametrize("number", ["4501234567", "70123456", "5001000001"])
def test_an_id_is_found_as_a_number_of_sqlite(number: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "rinnalla.db") as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, chat INTEGER)")
        connection.execute("INSERT INTO t (chat) VALUES (?)", (int(number),))
    connection.close()
    assert traces([number], files(tmp_path)) == [number]
