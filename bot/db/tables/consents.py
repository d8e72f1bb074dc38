"""What clients allow, and how it came to that."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.columns import EncryptedJson
from bot.db.tables.base import NEVER_REUSED, Base


class Consent(Base):
    """What a client allows now. How it came to that is in `consent_events`."""

    __tablename__ = "consents"
    __table_args__ = (Index(None, "state", "valid_until"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: str(uuid4()))
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[str]
    purpose: Mapped[str]
    state: Mapped[str]  # given, withdrawn, expired
    given_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    record: Mapped[Any | None] = mapped_column(EncryptedJson)
    # Exactly what the recipient may see, and nothing else. Erased when the consent ends.
    shared: Mapped[Any | None] = mapped_column(EncryptedJson)
    # The widest that was ever shared on this consent: what the client may switch on again. No recipient sees it, and
    # it is erased with `shared`.
    once_given: Mapped[Any | None] = mapped_column(EncryptedJson)


class ConsentEvent(Base):
    """A link of the chain: appended, never edited, and nothing personal in it but for the hashes."""

    __tablename__ = "consent_events"
    __table_args__ = (NEVER_REUSED,)

    seq: Mapped[int] = mapped_column(primary_key=True)
    consent_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    text_version: Mapped[str]
    locale: Mapped[str]
    record_hash: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class ConsentChain(Base):
    """One row, id 1, there from the first migration on: locked while an event is appended."""

    __tablename__ = "consent_chain"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    length: Mapped[int]
    head_hash: Mapped[str]
