"""What is kept, one class a table.

Whatever could tell who somebody is or what they have said is in an encrypted column. Looking somebody
up goes by fingerprint (`chat_key`, `offer_key`). The type of a column says which it is: rotation of keys and
the tests go by it. Any other text has to be named in tests/db/test_tables.py as one that is not personal.
"""

from bot.db.tables.base import Base
from bot.db.tables.clients import (
    AccessEntry,
    CheckIn,
    ClaimAttempt,
    ClaimCode,
    Client,
    MemoEntry,
    PhoneNumber,
)
from bot.db.tables.consents import Consent, ConsentChain, ConsentEvent
from bot.db.tables.counts import AnswerCount, FeedbackWord, UnmetNeed
from bot.db.tables.enquiries import Enquiry, EnquiryBlock, EnquiryCard, EnquiryMessage
from bot.db.tables.requests import Appointment, ContactRequest, FollowUp
from bot.db.tables.service import DialogState, FingerprintKey, HandledUpdate, OutboxMessage
from bot.db.tables.staff import Invite, Staff, StaffCard

__all__ = [
    "AccessEntry",
    "AnswerCount",
    "Appointment",
    "Base",
    "CheckIn",
    "ClaimAttempt",
    "ClaimCode",
    "Client",
    "Consent",
    "ConsentChain",
    "ConsentEvent",
    "ContactRequest",
    "DialogState",
    "Enquiry",
    "EnquiryBlock",
    "EnquiryCard",
    "EnquiryMessage",
    "FeedbackWord",
    "FingerprintKey",
    "FollowUp",
    "HandledUpdate",
    "Invite",
    "MemoEntry",
    "OutboxMessage",
    "PhoneNumber",
    "Staff",
    "StaffCard",
    "UnmetNeed",
]
