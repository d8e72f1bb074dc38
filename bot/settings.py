"""What an operator can set: environment variables with the prefix RINNALLA_, or a file named .env."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from cryptography.fernet import Fernet
from pydantic import (
    AnyHttpUrl,
    BeforeValidator,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import sms
from bot.core.calendar import QuietHours

CATALOG = Path(__file__).resolve().parent.parent / "catalog" / "data"
Locale = Literal["fi", "fi@selko", "sv", "en"]


def _split(value: Any) -> Any:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _duration(value: Any) -> Any:
    """An ISO 8601 duration, and nothing else that Pydantic would take for one: a bare number is a typing error."""
    if not isinstance(value, str):
        return value
    try:
        found = TypeAdapter(timedelta).validate_python(value.strip())
    except ValidationError:
        found = timedelta(0)
    if found <= timedelta(0) or not value.strip().startswith("P"):
        raise ValueError("durations are longer than nothing and written like P1D, PT2H or P2Y")
    return found


def _durations(value: Any) -> Any:
    return tuple(map(_duration, _split(value))) if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Durations = Annotated[tuple[timedelta, ...], NoDecode, BeforeValidator(_durations)]
"""ISO 8601 durations separated by commas, such as P1D,PT2H."""


class Settings(BaseSettings):
    """Every setting, its default and what it is for; the README's table is checked against this class."""

    model_config = SettingsConfigDict(
        env_prefix="RINNALLA_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    client_token: SecretStr | None = Field(None, description="BotFather's token of the client bot")
    staff_token: SecretStr | None = Field(
        None, description="BotFather's token of the staff bot; without it no contact requests are offered"
    )
    telegram_api: AnyHttpUrl = Field(
        AnyHttpUrl("https://api.telegram.org"), description="base URL of the Bot API server"
    )
    database_url: str = Field(
        "sqlite+aiosqlite:///rinnalla.db", description="SQLite file, or postgresql+asyncpg://…"
    )
    redis_url: SecretStr | None = Field(
        None, description="Redis for dialog state and locks; empty: the database"
    )
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)] = Field(
        (), description="Fernet keys separated by commas: the first encrypts, all of them decrypt"
    )
    catalog: Path = Field(CATALOG, description="folder of the catalogue")
    default_locale: Locale = Field(
        "fi", description="language when the client's is not one of ours: fi, fi@selko, sv, en"
    )
    time_zone: str = Field("Europe/Helsinki", description="time zone of everything shown to people")
    quiet_hours: QuietHours | None = Field(
        QuietHours(time(21), time(8)), description="no unasked messages then: 21:00-08:00, or off"
    )
    remind_before: Durations = Field(
        (timedelta(days=1), timedelta(hours=2)), description="reminders before an appointment"
    )
    follow_up_after: Durations = Field(
        (timedelta(days=14), timedelta(days=60), timedelta(days=180)),
        description="follow-ups after first contact",
    )
    rescue_after: Durations = Field(
        (timedelta(days=2), timedelta(days=4)),
        description="working days until an unanswered request goes further: contact person, coordinator",
    )
    idle_forget_after: Duration = Field(
        timedelta(days=1), description="an unfinished conversation is forgotten after"
    )
    retention: Duration = Field(
        timedelta(days=730), description="an idle account is removed after; P1Y is 365 days"
    )
    courier_interval: Duration = Field(
        timedelta(seconds=5), description="how often the courier looks for messages that are due"
    )
    webhook_url: AnyHttpUrl | None = Field(None, description="public https address; empty: long polling")
    webhook_secret: SecretStr | None = Field(
        None, description="secret that Telegram sends with each webhook call"
    )
    public_url: AnyHttpUrl | None = Field(
        None, description="https address of the link that ends text messages; empty: that of the webhooks"
    )
    sms_url: SecretStr | None = Field(
        None,
        description="address of a gateway for text messages, as apprise reads it, with `{number}` in it; "
        "several, separated by blanks, are tried in order; empty: none are offered",
    )
    listen: str = Field("127.0.0.1:8080", description="address and port of webhooks, health and metrics")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="how much is logged")

    @field_validator("client_token", "staff_token")
    @classmethod
    def tokens_look_like_tokens(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value(), re.ASCII):
            raise ValueError("a token reads like 123456:ABC-def; BotFather gives it")
        return value

    @field_validator("database_url")
    @classmethod
    def database_is_one_of_two(cls, value: str) -> str:
        from sqlalchemy import make_url

        try:
            url = make_url(value)
            known = url.drivername == "postgresql+asyncpg" or (
                url.drivername == "sqlite+aiosqlite" and url.database not in (None, "", ":memory:")
            )
        except Exception:  # SQLAlchemy has several for this, and some of them show the address
            known = False
        if not known:
            raise ValueError(
                "no address of a database: write sqlite+aiosqlite:///rinnalla.db "
                "or postgresql+asyncpg://user:password@host/database"
            )
        return value

    @field_validator("redis_url")
    @classmethod
    def redis_is_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.match(r"(rediss?|unix)://", value.get_secret_value()):
            raise ValueError("no address of a Redis server: write redis://host:6379/0")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def secret_is_one_telegram_takes(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("Telegram takes only letters a-z, digits, _ and -, 256 of them at most")
        return value

    @field_validator("sms_url")
    @classmethod
    def gateways_are_known(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and sms.names(value.get_secret_value()) is None:
            raise ValueError(
                "no address of a gateway: write one that apprise knows, for instance "
                "46elks://user:password@Rinnalla/{number}"
            )
        return value

    @field_validator("quiet_hours", mode="before")
    @classmethod
    def quiet_hours_from_text(cls, value: Any) -> Any:
        return QuietHours.parse(value) if isinstance(value, str) else value

    @field_validator("time_zone")
    @classmethod
    def time_zone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("no such time zone; for instance Europe/Helsinki")
        return value

    @field_validator("encryption_keys")
    @classmethod
    def keys_are_fernet_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, key in enumerate(keys, 1):
            try:
                Fernet(key.get_secret_value())
            except ValueError:
                raise ValueError(
                    f"key {number} is not a Fernet key; make one with: rinnalla keys new"
                ) from None
        return keys

    @field_validator("listen")
    @classmethod
    def listen_is_host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError("give address and port, for instance 127.0.0.1:8080")
        return value

    @model_validator(mode="after")
    def webhooks_need_a_secret(self) -> Settings:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("RINNALLA_WEBHOOK_URL needs RINNALLA_WEBHOOK_SECRET too")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def pages_url(self) -> str | None:
        """Where others reach the pages of `bot.web`, without a slash at the end."""
        url = self.public_url or self.webhook_url
        return str(url).rstrip("/") if url else None

    @property
    def listen_host(self) -> str:
        return self.listen.rpartition(":")[0]

    @property
    def listen_port(self) -> int:
        return int(self.listen.rpartition(":")[2])
