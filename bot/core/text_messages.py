"""Text messages (SMS): how long one may be, what it may say of a number, and when its client wants no more of them.

A part holds 160 septets of the alphabet of GSM 03.38, of several parts each 153; or 70 and 67 units of UTF-16 when
one sign is outside of that alphabet. Å, ä and ö are in it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from datetime import timedelta

from gsm0338 import Codec

GSM_ALONE, GSM_OF_SEVERAL = 160, 153
UCS_ALONE, UCS_OF_SEVERAL = 70, 67
MOST_PARTS = 2
CODE_VALID = timedelta(minutes=15)
CODE_DIGITS = 6
MOST_TRIES = 5
"""Wrong codes before a new one has to be sent: with MOST_CODES a day nobody guesses one in a thousand years."""
MOST_CODES = 3
"""Codes that one client, and one number, can have sent in CODES_WITHIN: each costs money and rings somewhere."""
CODES_WITHIN = timedelta(days=1)
VALID = timedelta(days=365)
"""A consent to text messages is for a term as every other: numbers change hands."""

_GSM = Codec()
_PLAIN = {
    **dict.fromkeys("‐‑‒–—―−•·", "-"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛‹›′`´", "'"),
    "…": "...",
    "\t": " ",
}
_NOT_SEEN = {"So", "Sk", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Cc"}
"""Categories of signs that can be left out: emoji and their parts, what directs writing, loose accents."""


def is_gsm(text: str) -> bool:
    try:
        _GSM.encode(text)
    except UnicodeEncodeError:
        return False
    return True


def parts(text: str) -> int:
    """How many parts it is sent in. A sign that takes two places is never divided between parts."""
    if is_gsm(text):
        costs, alone, of_several = [len(_GSM.encode(sign)[0]) for sign in text], GSM_ALONE, GSM_OF_SEVERAL
    else:
        costs, alone, of_several = [1 + (sign > "\uffff") for sign in text], UCS_ALONE, UCS_OF_SEVERAL
    if sum(costs) <= alone:
        return 1
    count, used = 1, 0
    for cost in costs:
        if used + cost > of_several:
            count, used = count + 1, 0
        used += cost
    return count


def plain(text: str) -> str:
    """The same in signs of the alphabet, as far as it goes: typographic signs as ordinary ones, no emoji, foreign
    accents left out. Letters that have no such form stay, and the message becomes a dearer one."""
    signs = "".join(map(_plain, unicodedata.normalize("NFC", text)))
    lines = (" ".join(line.split()) for line in signs.splitlines())
    return "\n".join(line for line in lines if line)


def _plain(sign: str) -> str:
    if sign == "\n" or (sign.isprintable() and is_gsm(sign)):
        return sign
    if sign in _PLAIN:
        return _PLAIN[sign]
    if unicodedata.category(sign) in _NOT_SEEN:
        return ""
    if sign.isspace():
        return " "
    bare = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    return bare if bare and is_gsm(bare) else sign


def fitted(text: str, end: str = "", most_parts: int = MOST_PARTS) -> str:
    """The text and what must stand at its end. A text that is too long is cut after a word: what matters most has to
    come first. `end` is never cut."""
    text, end = plain(text), plain(end)
    if parts(whole := _joined(text, end)) <= most_parts:
        return whole
    after_words = [match.end() for match in re.finditer(r"\S+", text)]
    for places in (after_words, range(1, len(text) + 1)):  # of one very long word there is a piece at least
        cut = [*places]
        longest = bisect_right(cut, False, key=lambda at: parts(_cut(text, at, end)) > most_parts)
        if longest:
            return _cut(text, cut[longest - 1], end)
    return end


def _cut(text: str, at: int, end: str) -> str:
    return _joined(text[:at].rstrip(" \n,.;:-") + "...", end)


def _joined(text: str, end: str) -> str:
    return f"{text} {end}" if text and end else text or end


# --- numbers and codes


def international(number: str) -> str | None:
    """A number with its country (E.164), Finland's when it tells none; None if it can be no mobile number."""
    digits = re.sub(r"\D", "", number)
    if number.startswith("+"):
        whole = digits
    elif digits.startswith("00"):
        whole = digits[2:]
    elif digits.startswith("0"):
        whole = "358" + digits[1:]
    else:
        return None
    mobile = re.fullmatch(r"358(?:4\d|50)\d{5,8}", whole) if whole.startswith("358") else True
    return f"+{whole}" if mobile and 8 <= len(whole) <= 15 and not whole.startswith("0") else None


def code_from(fingerprint: str) -> str:
    """A code of six digits, made from a fingerprint that nobody can guess without the key."""
    return f"{int(fingerprint, 16) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def code_in(text: str) -> str | None:
    """The code that somebody has written, however grouped; None if it cannot be one."""
    digits = re.sub(r"[\s-]", "", text)
    return digits if re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", digits) else None


# --- no more of them, said in words

_ABOUT_TEXTS = r"(?:tekstiviest|tekstar|textmeddeland|textmessage|sms)\w*|texts?|texting"
_NO_MORE = (
    r"lopeta(?:a|n|kaa|taan)?|lopettakaa|lopettaa|lopetetaan|peru(?:n|uta|utan|a)?|poista(?:n|kaa)?|ei enää|seis|"
    r"(?:en|ei) halua|stop+(?:a|aa)?|(?:av)?slutar?|inte ha|inga (?:fler|mer)|avbeställ|"
    r"end|cancel|quit|unsubscribe|no more|don'?t want"
)
_GO_ON = (
    r"älä|älkää|en lopet\w+|en peru|(?:en|ei) halua (?:lopet|peru)\w+|sluta inte|inte sluta|do not|"
    r"don'?t (?:want to )?(?:stop|end|quit|cancel)"
)
MOST_WORDS = 9
"""A longer message is about something else, too."""


def wants_no_texts(text: str) -> bool:
    """Whether this says plainly that no text messages are wanted any more. A question does not."""
    words = re.findall(r"[\w']+", text.casefold())
    if "?" in text or len(words) > MOST_WORDS or _says(_GO_ON, words):
        return False
    return _says(_ABOUT_TEXTS, words) and _says(_NO_MORE, words)


def _says(pattern: str, words: list[str]) -> bool:
    return re.search(rf"\b(?:{pattern})\b", " ".join(words)) is not None
