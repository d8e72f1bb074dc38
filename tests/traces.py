"""Looking for what somebody has said, or who somebody is, in files: in every form in which it could lie there."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import LargeBinary, select, type_coerce

from bot.db.keys import sealed_columns, sealed_tables
from bot.services.base import Services


def forms(secret: str) -> set[bytes]:
    """As it is, as JSON and web addresses write it, in UTF-16, in base64 wherever in a longer text, and as a number."""
    plain = {secret, json.dumps(secret)[1:-1], quote(secret), secret.lower(), secret.upper()}
    raw = {text.encode() for text in plain} | {secret.encode("utf-16-le"), secret.encode("utf-16-be")}
    found = raw | {inside for text in raw for inside in _in_base64(text)}
    if secret.isdigit() and len(secret) > 6:
        found |= {int(secret).to_bytes(8, "big"), int(secret).to_bytes(8, "little")}
        found.add(int(secret).to_bytes((int(secret).bit_length() + 8) // 8, "big"))  # as SQLite stores it
    return found


def _in_base64(text: bytes) -> Iterable[bytes]:
    """What is sure to be seen of `text` when it begins at the first, second or third byte of a group."""
    for before in range(3):
        groups = b64encode(b"\0" * before + text)
        sure = groups[-(-before * 4 // 3) + (before > 0) : len(groups) - (4 if groups.endswith(b"=") else 0)]
        if len(sure) >= 8:
            yield sure
            yield sure.replace(b"+", b"-").replace(b"/", b"_")


def traces(secrets: Iterable[str], where: bytes) -> list[str]:
    """Those of the secrets that can be found in any form."""
    return [secret for secret in secrets if any(form in where for form in forms(secret))]


def files(folder: Path, pattern: str = "rinnalla.db*") -> bytes:
    """An SQLite database as it lies on the disk: the file with its free pages, the log, the shared index."""
    return b"\n".join(file.read_bytes() for file in sorted(folder.glob(pattern)))


async def sealed(services: Services) -> set[bytes]:
    """Every ciphertext that is stored now."""
    found: set[bytes] = set()
    async with services.db.read() as session:
        for table in sealed_tables():
            stored = [type_coerce(column, LargeBinary) for column in sealed_columns(table)]
            rows = await session.execute(select(*stored))
            found |= {bytes(value) for row in rows for value in row if value}
    return found


def pieces(token: bytes) -> list[bytes]:
    """Parts of a ciphertext that tell it from others, for a page may hold a part of it: from its beginning (but for the
    version and the time), its middle and its end."""
    middle = len(token) // 2
    return [token[12:44], token[middle - 16 : middle + 16], token[-32:]]


def left_of(tokens: Iterable[bytes], where: bytes) -> list[bytes]:
    return [token for token in tokens if any(piece in where for piece in pieces(token))]
