"""The operator's gateway for text messages: whatever apprise can send through (RINNALLA_SMS_URL).

Apprise says only whether a message went. What matters more when it did not is whether it may have gone all the same:
that is told by the error which apprise has caught and logged just then.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr
from requests import exceptions
from urllib3.exceptions import NewConnectionError

NUMBER = "{number}"
"""Stands in the address of a gateway where the telephone number goes."""
ANY_NUMBER = "+358401234567"
CONNECT_WITHIN, ANSWER_WITHIN, ALL_WITHIN = 5.0, 10.0, 20.0
"""Seconds. All of it is over before a lease could run out."""
MOST_AT_ONCE = 4

_errors: ContextVar[list[BaseException] | None] = ContextVar("errors", default=None)


class Went(StrEnum):
    SENT = "sent"
    REFUSED = "refused"  # the gateway has answered, and not taken it
    UNREACHABLE = "unreachable"  # nothing has left us
    UNCERTAIN = "uncertain"  # the line broke, or no answer came: it may have gone


class _Errors(logging.Handler):
    """Takes what apprise logs, which holds numbers and texts, and keeps of it only the error being handled."""

    def emit(self, record: logging.LogRecord) -> None:
        caught, error = _errors.get(), sys.exc_info()[1]
        if caught is not None and error is not None:
            caught.append(error)


def _quiet() -> None:
    logger = logging.getLogger("apprise")
    if not any(isinstance(handler, _Errors) for handler in logger.handlers):
        logger.handlers[:] = [_Errors(logging.WARNING)]
    logger.propagate = False
    logger.setLevel(logging.WARNING)


def _service(url: str, number: str) -> Any:
    """What apprise makes of an address; None if it makes nothing of it."""
    import apprise

    _quiet()
    at_work = apprise.Apprise()
    if not at_work.add(url.replace(NUMBER, quote(number, safe=""))):
        return None
    service = at_work[0]
    service.socket_connect_timeout, service.socket_read_timeout = CONNECT_WITHIN, ANSWER_WITHIN
    return service


def names(urls: str) -> list[str] | None:
    """The services behind the addresses, by their names alone, for they hold passwords; None if one of them is no
    address that takes a telephone number. Nothing is sent."""
    found = []
    for url in urls.split():
        service = _service(url, ANY_NUMBER) if NUMBER in url else None
        if service is None:
            return None
        found.append(str(service.service_name))
    return found or None


class Gateway:
    """Sends through the first of the addresses, and through the next ones where the one before took nothing. When there
    was no answer it `rests` for so many seconds: others need not wait for it, too."""

    def __init__(self, urls: str, rests: float = 30) -> None:
        self._urls, self.rests = urls.split(), rests
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="sms")

    @classmethod
    def of(cls, urls: SecretStr | None) -> Gateway | None:
        return cls(urls.get_secret_value()) if urls else None

    async def send(self, number: str, text: str) -> Went:
        went = Went.REFUSED
        for url in self._urls:
            sending = asyncio.get_running_loop().run_in_executor(
                self._threads, copy_context().run, _send, url, number, text
            )
            try:
                went = await asyncio.wait_for(sending, ALL_WITHIN)
            except TimeoutError:
                return Went.UNCERTAIN
            if went in {Went.SENT, Went.UNCERTAIN}:
                return went
        return went


def _send(url: str, number: str, text: str) -> Went:
    caught: list[BaseException] = []
    _errors.set(caught)
    try:
        if _service(url, number).notify(body=text):
            return Went.SENT
    except Exception as error:
        caught.append(error)
    return _what_became(caught[0]) if caught else Went.REFUSED


def _what_became(error: BaseException) -> Went:
    if not isinstance(error, exceptions.RequestException):
        return Went.UNCERTAIN
    if isinstance(error, (exceptions.ConnectTimeout, exceptions.SSLError, exceptions.ProxyError)):
        return Went.UNREACHABLE
    if isinstance(error, exceptions.ConnectionError):
        cause = getattr(error.args[0], "reason", None) if error.args else None
        return Went.UNREACHABLE if isinstance(cause, NewConnectionError) else Went.UNCERTAIN
    sent = (exceptions.Timeout, exceptions.ChunkedEncodingError, exceptions.ContentDecodingError)
    return Went.UNCERTAIN if isinstance(error, sent) else Went.REFUSED
