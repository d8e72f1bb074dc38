"""What the service says of its own accord: one kind for each thing there is to say."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    RECEIPT = "receipt"  # to the client: what you consented to, with one tap to withdraw
    STEP = "step"  # to the client: what happened to your request
    CLOSING = "closing"  # to the client: the worker says that it is over; does that suit you?
    UNANSWERED = "unanswered"  # to the client: nobody has taken your request, and what you can do
    WORD = "word"  # to the client: a worker's own words
    CONSENT_ENDING = "consent_ending"  # to the client: the term is about to run out, and what then?
    FOLLOW_UP = "follow_up"  # to the client: how have things gone?
    CLAIM_ASKED = "claim_asked"  # to the client: a worker has entered your code; may they see it?
    CONSENT_ENDED = "consent_ended"  # to the client: the term ran out
    OWN_REMINDER = "own_reminder"  # to the client: what they themselves have asked to be reminded of
    APPOINTMENT = "appointment"  # to the client: times proposed, agreed on, cancelled or missed
    REMINDER = "reminder"  # to the client: a meeting is near
    CARD = "card"  # to a worker: the request as it stands now, sent or brought up to date
    CLIENT_WORD = "client_word"  # to the worker who has the request: the client's own words
    OUTCOME = "outcome"  # to the worker who has or had the request: how it went, as the client wants it told
    CONSENT_OVER = "consent_over"  # to the worker who had the request: nothing may be done with it any more
    CLAIM_REFUSED = "claim_refused"  # to the worker who has entered a code: the client says no
    APPOINTMENT_NEWS = "appointment_news"  # to the worker: what the client says to a meeting
    ENQUIRY = "enquiry"  # to a worker: an enquiry as it stands now
    ENQUIRY_ANSWER = "enquiry_answer"  # to somebody known by a route only: what a worker has answered
    ENQUIRY_ENDED = "enquiry_ended"  # to the same: somebody else, or time, has ended the enquiry
    RESCUE = "rescue"  # to a contact person or a coordinator: nobody has taken this request
    CLOSING_TOLD = "closing_told"  # to the worker who has the request: what became of its end
    MISMATCH = "mismatch"  # to the worker and the contact person: the client says that nobody called
    UNREACHED = "unreached"  # to the worker who has the request: the chat no longer reaches the client
    NUMBER_CODE = "number_code"  # to a telephone: the code that shows whose it is
    RETRACT = "retract"  # to a worker: an earlier message that held a client's words is taken away


UNASKED = frozenset({Kind.CONSENT_ENDING, Kind.OWN_REMINDER, Kind.REMINDER, Kind.FOLLOW_UP})
"""What nobody waits for: it does not come to a client who has said stop. News of their own request and of their own
consent still come."""

PASSED_ON = frozenset({Kind.CLIENT_WORD, Kind.OUTCOME})
"""What brings something a client has said to a worker: it is taken away when the consent ends."""

SMS_KINDS = frozenset({Kind.CONSENT_ENDING, Kind.REMINDER, Kind.OWN_REMINDER, Kind.FOLLOW_UP})
"""What also comes as a text message to a client who wants them."""
