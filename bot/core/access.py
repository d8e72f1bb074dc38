"""The log of readings: who was shown what of a client. It names kinds of data and none of the data."""

from __future__ import annotations

from bot.core.consent import Item

CONTACT = "contact"
"""How and when to be reached: on every card under a grant, even where nothing else is told."""
MESSAGE = "message"
"""The client's own words, written to the worker in the chat."""
KINDS = (CONTACT, *Item, MESSAGE)
