"""What an operator can set: environment variables with the prefix RINNALLA_, or a file named .env."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from cryptography.fernet import Fernet
from pydantic import AnyHttpUrl, BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.core.calendar import QuietHours

CATALOG = Path(__file__).resolve().parent.parent / "catalog" / "data"
Locale = Literal["fi", "fi@selko", "sv", "en"]


def _split(value: Any) -> Any:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


Durations = Annotated[tuple[timedelta, ...], NoDecode, BeforeValidator(_split)]
"""ISO 8601 durations separated by commas, such as P1D,PT2H."""


class Settings(BaseSettings):
    """Every setting, its default and what it is for; the README's table is checked against this class."""

    model_config = SettingsConfigDict(
        env_prefix="RINNALLA_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
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
    idle_forget_after: timedelta = Field(
        timedelta(days=1), description="an unfinished conversation is forgotten after"
    )
    retention: timedelta = Field(
        timedelta(days=730), description="an idle account is removed after; P1Y is 365 days"
    )
    courier_interval: timedelta = Field(
        timedelta(seconds=5), description="how often the courier looks for messages that are due"
    )
    webhook_url: AnyHttpUrl | None = Field(None, description="public https address; empty: long polling")
    webhook_secret: SecretStr | None = Field(
        None, description="secret that Telegram sends with each webhook call"
    )
    listen: str = Field("127.0.0.1:8080", description="address and port of webhooks, health and metrics")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="how much is logged")

    @field_validator("remind_before", "follow_up_after", "rescue_after")
    @classmethod
    def durations_are_positive(cls, value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if any(duration <= timedelta(0) for duration in value):
            raise ValueError("durations must be longer than nothing, for instance P1D,PT2H")
        return value

    @field_validator("retention", mode="before")
    @classmethod
    def years_are_365_days(cls, value: Any) -> Any:
        """Pydantic reads no years in a duration; a retention time is naturally said in them."""
        if isinstance(value, str) and value[:1] == "P" and value[-1:] == "Y" and value[1:-1].isdigit():
            return timedelta(days=365 * int(value[1:-1]))
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
    def listen_host(self) -> str:
        return self.listen.rpartition(":")[0]

    @property
    def listen_port(self) -> int:
        return int(self.listen.rpartition(":")[2])
