"""Contact requests and what follows from them: appointments and follow-ups."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.columns import EncryptedJson
from bot.db.tables.base import NEVER_REUSED, Base


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
    # Since when it waits for somebody, if it has gone back to the organisation; otherwise since it was made.
    waiting_since: Mapped[datetime | None]
    rescue_step: Mapped[int] = mapped_column(default=0)  # how far a request that nobody took has gone
    closing_by: Mapped[str | None]  # client, worker: who says that it is over, while the other one is asked
    closing_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]  # the worker says contacted, the client says nobody called


class Appointment(Base):
    """A meeting of a client with a worker, proposed or agreed on, or one that the client keeps for themselves."""

    __tablename__ = "appointments"
    __table_args__ = (Index(None, "state", "starts_at"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    # None: the client's own, which no worker sees.
    request_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_requests.id", ondelete="CASCADE"), index=True
    )
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    uid: Mapped[str] = mapped_column(unique=True)  # in calendars
    sequence: Mapped[int] = mapped_column(default=0)  # grows with every change, so that calendars follow
    state: Mapped[str]
    way: Mapped[str | None]  # place, phone, video
    # {title, where, who, bring, rule, draft}: all words; of the client's own the rule by which it repeats; what a
    # worker is putting together.
    details: Mapped[Any] = mapped_column(EncryptedJson)
    options: Mapped[Any | None] = mapped_column(EncryptedJson)  # times proposed, until one is chosen
    starts_at: Mapped[datetime | None]
    minutes: Mapped[int]
    answer: Mapped[str | None]  # to the last reminder
    answered_at: Mapped[datetime | None]
    attended: Mapped[str | None]  # came, missed
    cancelled_by: Mapped[str | None]  # client, worker, nobody (the consent or the request ended)
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class FollowUp(Base):
    """A later check-in that asks how things went: when it is due, what was asked and what was said."""

    __tablename__ = "follow_ups"
    __table_args__ = (Index(None, "state", "due_at"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_requests.id", ondelete="SET NULL"), index=True
    )
    number: Mapped[int]  # the first, the second …
    state: Mapped[str]
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    # How things were then and are now: rounds of Mitä sinulle kuuluu?
    then_id: Mapped[int | None] = mapped_column(ForeignKey("check_ins.id", ondelete="SET NULL"), index=True)
    now_id: Mapped[int | None] = mapped_column(ForeignKey("check_ins.id", ondelete="SET NULL"), index=True)
    answers: Mapped[Any | None] = mapped_column(EncryptedJson)
