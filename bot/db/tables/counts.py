"""Figures and words of nobody."""

from sqlalchemy.orm import Mapped, mapped_column

from bot.db.columns import EncryptedText
from bot.db.tables.base import NEVER_REUSED, Base


class UnmetNeed(Base):
    """How often nothing in the catalogue fitted a need: an area, a place and a month, and never a person."""

    __tablename__ = "unmet_needs"

    month: Mapped[str] = mapped_column(primary_key=True)  # 2026-11
    area: Mapped[str] = mapped_column(primary_key=True)
    municipality: Mapped[str] = mapped_column(primary_key=True)  # empty when it was not told
    count: Mapped[int]


class AnswerCount(Base):
    """How often something was answered, about an organisation in a month: follow-ups and feedback, and never whose."""

    __tablename__ = "answer_counts"

    month: Mapped[str] = mapped_column(primary_key=True)  # 2026-11
    organisation_id: Mapped[str] = mapped_column(primary_key=True)  # empty: the service itself
    question: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class FeedbackWord(Base):
    """Free words about an organisation or the service. There is no way from here to a client."""

    __tablename__ = "feedback_words"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(index=True)  # empty: the service itself
    words: Mapped[str] = mapped_column(EncryptedText)
    month: Mapped[str]
