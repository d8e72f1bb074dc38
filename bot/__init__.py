"""Rinnalla's bots, rules and use cases."""

import os

# python-telegram-bot gives waits as timedelta only when asked so before it is imported, and warns otherwise.
os.environ.setdefault("PTB_TIMEDELTA", "true")
