"""Anonymous questions and their answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.columns import EncryptedJson, EncryptedText, Fingerprint
from bot.db.tables.base import NEVER_REUSED, Base


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
