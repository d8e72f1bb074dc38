"""Which addresses Telegram takes in buttons and in the text, and how it writes them."""

from __future__ import annotations

import re

_URL = re.compile(r"(?:(?P<protocol>[^/?#:@]*)://)?(?P<host>[^/?#:]*)(?::(?P<port>[^/?#]*))?(?P<rest>.*)")
_HOST = re.compile(r"[\w.-]+\Z")


def checked(url: str, https_only: bool = False) -> str:
    """The address as Telegram keeps it. Raises ValueError with Telegram's words: `tel:` is refused, too."""
    if url.lower().startswith("tg:"):
        return _tg(url)
    found = _URL.fullmatch(url.strip())
    if not found:
        raise ValueError("Wrong HTTP URL")
    protocol, host, port = (found["protocol"] or "http").lower(), found["host"].lower(), found["port"]
    if protocol not in {"http", "https"}:
        raise ValueError("Unsupported URL protocol")
    if https_only and protocol != "https":
        raise ValueError("Only HTTPS links are allowed")
    if not host:
        raise ValueError("URL host is empty")
    if port is not None and not (port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError("Wrong port number specified in the URL")
    if "." not in host or not _HOST.match(host):
        raise ValueError("Wrong HTTP URL")
    rest = found["rest"] if found["rest"].startswith("/") else "/" + found["rest"]
    return f"{protocol}://{host}{':' + port if port else ''}{rest}"


def _tg(url: str) -> str:
    found = re.fullmatch(r"tg:(?://)?([a-z0-9_-]+)/?(\?.*)?", url, re.IGNORECASE)
    if not found:
        raise ValueError("Wrong tg URL")
    return f"tg://{found[1].lower()}{found[2] or ''}"
