"""How long things are kept: every limit that is not the operator's to choose (RINNALLA_IDLE_FORGET_AFTER for unfinished
conversations, RINNALLA_RETENTION for accounts that nobody uses)."""

from __future__ import annotations

from datetime import timedelta

HANDLED_UPDATES = timedelta(days=2)
"""Telegram keeps an update for 24 hours, so it cannot deliver one again after that."""
INVITES = timedelta(days=2)
"""After an invitation has expired: whoever comes a little late hears that it is too late."""
READINGS = timedelta(days=730)
"""After a worker was shown something of a client: for so long the client can look back."""
MESSAGES = timedelta(days=90)
"""After a message of the service was due, long gone from the outbox: for questions about what was sent when."""
REMOVED_STAFF = timedelta(days=30)
"""After a worker was removed: until then the cards in their chat can still be closed."""
CLAIMS = timedelta(days=31)
"""After a claim code was made: it is valid for thirty days, and what it was to show goes as soon as it is over."""
CLAIM_ATTEMPTS = timedelta(days=90)
"""After a wrong claim code was entered: for questions about who has been guessing."""
CLOSED_REQUESTS = timedelta(days=365)
"""After a request was closed: until then the client sees how it went. What stays is for figures: organisation, how
soon, times and outcome; not who, about what, and who took it."""
APPOINTMENTS = timedelta(days=365)
"""After a meeting was, or was called off: until then the client sees it, and a worker that it was missed."""
FEEDBACK_WORDS = timedelta(days=365)
"""After the month in which free words of feedback came: they are read and used, and then they go."""
ENDED_CONSENTS = timedelta(days=730)
"""After a consent ended: for so long it can be shown what was agreed to. The chain of events stays, and tells only
that some consent came and went."""
