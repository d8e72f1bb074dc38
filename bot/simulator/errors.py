"""How the Bot API says no."""

from __future__ import annotations

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


class ApiError(Exception):
    """An answer with `ok: false`. The first letter follows Telegram's habit: small, unless it is a CODE."""

    def __init__(self, code: int, description: str = "", retry_after: int | None = None) -> None:
        self.code = code
        self.retry_after = retry_after
        if description and not description[:2].isupper():
            description = description[0].lower() + description[1:]
        self.description = f"{TITLES[code]}: {description}" if description else TITLES[code]
        super().__init__(self.description)


def bad(description: str) -> ApiError:
    return ApiError(400, description)


def too_many(seconds: int) -> ApiError:
    return ApiError(429, f"retry after {seconds}", retry_after=seconds)
