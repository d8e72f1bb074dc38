"""Finds what would tell who somebody is in what they have written: telephone number, e-mail address, Finnish personal
identity code, street address. It points out, and decides nothing: whoever wrote it may send it as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    IDENTITY_CODE = "identity code"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"


@dataclass(frozen=True)
class Detail:
    kind: Kind
    text: str


CENTURIES = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
"""The sign between birth date and individual number. Those besides +, - and A have been given since 2023 (Government
decree on the personal identity code)."""
CHECK_SIGNS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
"""The last sign: the nine digits as one number, modulo 31."""
SHORTEST_PHONE, LONGEST_PHONE = 7, 15
"""Digits: 15 is the most that an international number has (E.164)."""

_CODE = re.compile(
    r"(?<![0-9A-Z])([0-9]{6}) ?([-+A-FU-Y]) ?([0-9]{3}) ?([0-9A-Z])(?![0-9A-Z])", re.IGNORECASE
)
_EMAIL = re.compile(
    r"[\w.+-]+ ?(?:@|\((?:at|ät|a)\)|\[(?:at|ät|a)\]) ?[\w-]+(?:(?:\.| ?\((?:dot|piste|punkt)\) ?)[\w-]+)+",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w+.,])(?:\+|00|0|\(0|\(\+)[0-9][0-9 ()/-]*[0-9](?!\w)")
_DATE = re.compile(r"(?:0?[1-9]|[12][0-9]|3[01])[-/](?:0?[1-9]|1[0-2])[-/](?:[0-9]{4}|[0-9]{2})")
_HOUSE = r" [0-9]{1,4}(?: ?[A-Za-z](?!\w))?(?: ?[0-9]{1,4}(?![\w.]))?"
_STREET = re.compile(
    r"\b[^\W\d_][\w-]*"
    r"(?:katu|polku|kuja|kaari|tie|raitti|väylä|aukio|tori|ranta|rinne|puistikko|puisto|bulevardi|esplanadi"
    r"|linja|penger|kadu[nl]\w*|polu[nl]\w*|tie[nl]\w*|kuja[nl]\w*|kaare[nl]\w*"
    r"|gatan?|vägen|väg|stigen|gränden|gränd|allén|kajen|esplanaden|platsen)" + _HOUSE,
    re.IGNORECASE,
)
_STREET_OF_SOMEBODY = re.compile(
    r"\b(?:[A-ZÅÄÖ][\w'-]+ ){1,3}(?:katu|kadun|tie|tien|kuja|polku|aukio|tori|puisto|väg|gata|plats)" + _HOUSE
)
_ENGLISH_STREET = re.compile(
    r"\b[0-9]{1,4}[a-z]? (?:[A-Z][\w'-]* ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive)\b"
)
_POSTAL = re.compile(
    r"(?<![\w-])(?:FI-)?[0-9]{5} (?!Euro)[A-ZÅÄÖ][a-zåäö]{2,}|(?<![\w-])(?:FI-)?[0-9]{5} [A-ZÅÄÖ]{3,}\b"
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


def find(text: str) -> list[Detail]:
    """What is found, in the order of `Kind` and then as it stands in the text; nothing is told twice."""
    plain = _plain(text)
    found: dict[Detail, None] = {}
    for kind, spans in (
        (Kind.IDENTITY_CODE, _identity_codes),
        (Kind.EMAIL, _emails),
        (Kind.PHONE, _phones),
        (Kind.ADDRESS, _addresses),
    ):
        for start, end in list(spans(plain)):
            found[Detail(kind, plain[start:end].strip())] = None
            plain = plain[:start] + "\n" * (end - start) + plain[end:]  # one thing is not two
    return list(found)


def is_identity_code(code: str) -> bool:
    """Whether this is a Finnish personal identity code (henkilötunnus): a day that is, and the right check sign."""
    match = _CODE.fullmatch(code)
    if match is None:
        return False
    day, sign, number, check = (part.upper() for part in match.groups())
    if int(number) < 2 or CHECK_SIGNS[int(day + number) % len(CHECK_SIGNS)] != check:
        return False
    try:
        date(CENTURIES[sign] + int(day[4:]), int(day[2:4]), int(day[:2]))
    except ValueError:
        return False
    return True


def _plain(text: str) -> str:
    """Digits and dashes of every kind as the ordinary ones, any white space as one space, nothing that is not seen."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES)
    seen = "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")
    return " ".join(seen.split())


def _identity_codes(text: str) -> Iterator[tuple[int, int]]:
    for match in _CODE.finditer(text):
        if is_identity_code(match[0]):
            yield match.span()


def _emails(text: str) -> Iterator[tuple[int, int]]:
    for match in _EMAIL.finditer(text):
        yield match.span()


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for match in _PHONE.finditer(text):
        digits = sum(sign.isdigit() for sign in match[0])
        if SHORTEST_PHONE <= digits <= LONGEST_PHONE and not _DATE.fullmatch(match[0]):
            yield match.span()


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_STREET, _STREET_OF_SOMEBODY, _ENGLISH_STREET, _POSTAL):
        for match in pattern.finditer(text):
            yield match.span()
