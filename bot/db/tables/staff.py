"""Workers, how they join, and what stands in their chats."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.columns import EncryptedInt, EncryptedText, Fingerprint
from bot.db.tables.base import NEVER_REUSED, Base


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
