"""What the service itself has to remember."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.columns import EncryptedJson, EncryptedText, Fingerprint
from bot.db.tables.base import NEVER_REUSED, Base


class OutboxMessage(Base):
    """Something the service will say of its own accord: what about and when, never in which words."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "state", "urgent", "due_at", "id"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_requests.id", ondelete="CASCADE"), index=True
    )
    consent_id: Mapped[str | None] = mapped_column(index=True)
    # For somebody known by the enquiry's route alone, or, with `staff_id`, about the enquiry to a worker.
    enquiry_id: Mapped[int | None] = mapped_column(ForeignKey("enquiries.id", ondelete="CASCADE"), index=True)
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # ids and codes only
    note: Mapped[str | None] = mapped_column(EncryptedText)  # a worker's own words; erased after sending
    channel: Mapped[str] = mapped_column(default="chat")  # chat, sms
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="waiting")  # waiting, leased, sent, dropped, failed
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None]


class DialogState(Base):
    """Where a conversation stands. The only thing kept about somebody who has not agreed to anything."""

    __tablename__ = "dialog_states"

    key: Mapped[str] = mapped_column(Fingerprint, primary_key=True)
    chat_key: Mapped[str] = mapped_column(Fingerprint, index=True)  # a chat has many rows, forgotten together
    state: Mapped[str | None]
    data: Mapped[Any] = mapped_column(EncryptedJson)
    touched_at: Mapped[datetime] = mapped_column(index=True)


class HandledUpdate(Base):
    """Telegram delivers again what we have not confirmed: this tells what was already handled."""

    __tablename__ = "handled_updates"

    bot: Mapped[str] = mapped_column(primary_key=True)
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class FingerprintKey(Base):
    """One row, id 1: the key that all fingerprints here are made with. It stays when encryption keys go."""

    __tablename__ = "fingerprint_key"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(EncryptedText)
