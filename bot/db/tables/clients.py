"""The client's account and what hangs on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.columns import EncryptedInt, EncryptedJson, EncryptedText, Fingerprint
from bot.db.tables.base import NEVER_REUSED, Base


class Client(Base):
    __tablename__ = "clients"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    chat_key: Mapped[str] = mapped_column(Fingerprint, unique=True)
    chat_id: Mapped[int] = mapped_column(EncryptedInt)
    locale: Mapped[str]
    name: Mapped[str | None] = mapped_column(EncryptedText)
    agreed_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]
    opted_out_at: Mapped[datetime | None]  # has said stop: no reminders until they say otherwise
    open_notices: Mapped[bool] = mapped_column(default=False)  # a reminder may be read on the locked phone
    follow_up_pace: Mapped[str | None]  # how often the client wants to be asked how it goes; None: not chosen
    feedback_asked: Mapped[Any | None] = mapped_column(EncryptedJson)  # which statements, and when


class CheckIn(Base):
    __tablename__ = "check_ins"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime]
    answers: Mapped[Any] = mapped_column(EncryptedJson)


class MemoEntry(Base):
    __tablename__ = "memo_entries"
    __table_args__ = (UniqueConstraint("client_id", "offer_key"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    offer_key: Mapped[str] = mapped_column(Fingerprint)
    offer_id: Mapped[str] = mapped_column(EncryptedText)
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    saved_at: Mapped[datetime]


class PhoneNumber(Base):
    """Where a client wants reminders as text messages: a number that was confirmed by a code."""

    __tablename__ = "phone_numbers"

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[str] = mapped_column(EncryptedText)
    code_hash: Mapped[str | None] = mapped_column(Fingerprint)  # until it is confirmed
    code_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]
    consent_id: Mapped[str | None]  # the consent to text messages; the chain tells when it was given
    stop_key: Mapped[str | None] = mapped_column(Fingerprint, unique=True)  # of the link that ends them


class AccessEntry(Base):
    """A worker was shown something of a client: kinds of data, never the data."""

    __tablename__ = "access_log"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    consent_id: Mapped[str]
    request_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_requests.id", ondelete="SET NULL"), index=True
    )
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(index=True)


class ClaimCode(Base):
    """A code by which a client lets one organisation ask to see something. The code itself is kept nowhere."""

    __tablename__ = "claim_codes"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(Fingerprint, unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[str]
    consent_id: Mapped[str]  # of the consent that it will be, so that saying yes twice is one consent
    # {check_in, items}: what the client has chosen to show. Erased when the code is over.
    draft: Mapped[Any | None] = mapped_column(EncryptedJson)
    state: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class ClaimAttempt(Base):
    """A worker has entered a code that is none: when, not which."""

    __tablename__ = "claim_attempts"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
