"""What is kept, one class a table.

Whatever could tell who somebody is or what they have said is in an encrypted column. Looking somebody
up goes by fingerprint (`chat_key`, `offer_key`). The type of a column says which it is: rotation of keys and
the tests go by it. Any other text has to be named in tests/db/test_tables.py as one that is not personal.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    MetaData,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.db.columns import EncryptedInt, EncryptedJson, EncryptedText, Fingerprint, UtcDateTime

# Names are given, so that a migration can find on both databases what it has to change.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Ids travel in buttons: the id of someone who was forgotten must never come to mean someone else.
NEVER_REUSED = {"sqlite_autoincrement": True}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime()}


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


class Staff(Base):
    __tablename__ = "staff"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(index=True)
    role: Mapped[str]
    name: Mapped[str] = mapped_column(EncryptedText)
    chat_key: Mapped[str] = mapped_column(Fingerprint, unique=True)
    chat_id: Mapped[int] = mapped_column(EncryptedInt)
    locale: Mapped[str]
    joined_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    # The request whose client the worker is writing to, and the words before they are sent off.
    writing_to: Mapped[int | None]
    writing_enquiry: Mapped[int | None]  # the same for an enquiry: at most one of the two
    draft: Mapped[str | None] = mapped_column(EncryptedText)


class Invite(Base):
    __tablename__ = "invites"

    code_hash: Mapped[str] = mapped_column(Fingerprint, primary_key=True)
    organisation_id: Mapped[str]
    role: Mapped[str]
    name: Mapped[str] = mapped_column(EncryptedText)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ContactRequest(Base):
    __tablename__ = "contact_requests"
    __table_args__ = (Index(None, "organisation_id", "state"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id", ondelete="SET NULL"), index=True)
    consent_id: Mapped[str] = mapped_column(ForeignKey("consents.id"), index=True)
    organisation_id: Mapped[str]
    offer_id: Mapped[str | None]
    areas: Mapped[list[str]] = mapped_column(JSON)
    urgency: Mapped[str]
    wish: Mapped[str]  # chat, phone
    state: Mapped[str]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class StaffCard(Base):
    """The message in a worker's chat that shows a contact request, so that it can be brought up to date."""

    __tablename__ = "staff_cards"

    request_id: Mapped[int] = mapped_column(
        ForeignKey("contact_requests.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    message_id: Mapped[int] = mapped_column(BigInteger)
    shown: Mapped[str]
    updated_at: Mapped[datetime]


class Enquiry(Base):
    """An anonymous question and what was said to it. There is no way from here to a client's account."""

    __tablename__ = "enquiries"
    __table_args__ = (Index(None, "organisation_id", "state"), Index(None, "created_at"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    alias: Mapped[str]
    organisation_id: Mapped[str]
    # {chat, locale}: all that is needed to bring an answer, and nothing once that is no longer needed.
    route: Mapped[Any | None] = mapped_column(EncryptedJson)
    asker_key: Mapped[str | None] = mapped_column(Fingerprint, index=True)  # a fingerprint of its own kind
    state: Mapped[str]
    # Who is answering or has answered; with a time while they are just writing.
    answering: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    answering_since: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


class EnquiryMessage(Base):
    __tablename__ = "enquiry_messages"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiries.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(
        unique=True
    )  # names the press that sent it: pressed twice is sent once
    side: Mapped[str]  # asker, worker
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    words: Mapped[str] = mapped_column(EncryptedText)
    at: Mapped[datetime]


class EnquiryCard(Base):
    """The message in a worker's chat that shows an enquiry."""

    __tablename__ = "enquiry_cards"

    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiries.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    message_id: Mapped[int] = mapped_column(BigInteger)


class EnquiryBlock(Base):
    """An organisation takes no enquiries from somebody, without knowing who it is."""

    __tablename__ = "enquiry_blocks"

    organisation_id: Mapped[str] = mapped_column(primary_key=True)
    asker_key: Mapped[str] = mapped_column(Fingerprint, primary_key=True)
    at: Mapped[datetime]


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


class UnmetNeed(Base):
    """How often nothing in the catalogue fitted a need: an area, a place and a month, and never a person."""

    __tablename__ = "unmet_needs"

    month: Mapped[str] = mapped_column(primary_key=True)  # 2026-11
    area: Mapped[str] = mapped_column(primary_key=True)
    municipality: Mapped[str] = mapped_column(primary_key=True)  # empty when it was not told
    count: Mapped[int]


class FingerprintKey(Base):
    """One row, id 1: the key that all fingerprints here are made with. It stays when encryption keys go."""

    __tablename__ = "fingerprint_key"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(EncryptedText)
