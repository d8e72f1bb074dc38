"""An enquiry on a worker's card, whatever was written: Telegram takes it, and the words are as they were."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.enquiries import Ended, Side, State
from bot.i18n import LOCALES, speaking
from bot.services.base import Services
from bot.services.enquiries import Said
from bot.services.enquiry_desk import Card
from bot.simulator.parsing import parse_html
from bot.staff import enquiry_cards
from tests.services.people import services_on

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
LONGEST = 4096
TEXTS = st.text(min_size=1, max_size=1000)


@pytest.fixture(scope="module")
def services() -> Services:
    """Enough of them to show a card."""
    return services_on(_NoDatabase(), lambda: NOW)  # type: ignore[arg-type]


class _NoDatabase:
    vault = None


def card(said: tuple[Said, ...], **changes: object) -> Card:
    usual = {
        "enquiry_id": 7,
        "alias": "Sammal Siili",
        "state": State.OPEN,
        "ended_by": None,
        "created_at": NOW,
        "said": said,
        "answering": None,
        "own": False,
        "writing": False,
        "blocked": False,
        "can_block": True,
    }
    return Card(**{**usual, **changes})  # type: ignore[arg-type]


def message(number: int, words: str, worker: str | None = None) -> Said:
    return Said(number, Side.WORKER if worker else Side.ASKER, worker, words, NOW)


@given(words=TEXTS, name=st.text(min_size=1, max_size=60))
def test_any_words_and_names_make_a_message_that_telegram_takes(
    services: Services, words: str, name: str
) -> None:
    shown = enquiry_cards.text(
        card((message(1, words), message(2, words, name)), answering=name, writing=True), services
    )
    text, _entities = parse_html(str(shown))
    assert words in text
    assert name in text


@given(said=st.lists(TEXTS, min_size=1, max_size=12))
def test_however_much_was_said_it_fits_a_message_with_the_newest_in_it(
    services: Services, said: list[str]
) -> None:
    messages = tuple(message(number, words) for number, words in enumerate(said))
    text, _entities = parse_html(str(enquiry_cards.text(card(messages), services)))
    assert len(text.encode("utf-16-le")) // 2 <= LONGEST
    assert said[-1] in text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("ended_by", [None, *Ended])
def test_every_standing_is_told_in_every_language(
    services: Services, locale: str, ended_by: Ended | None
) -> None:
    state = State.ENDED if ended_by else State.ANSWERED
    with speaking(locale):
        shown = card((message(1, "?"),), state=state, ended_by=ended_by, blocked=ended_by is Ended.BLOCKED)
        assert parse_html(str(enquiry_cards.text(shown, services)))[0]
        keyboard = enquiry_cards.keyboard(shown)
    assert keyboard is not None
    for row in keyboard.inline_keyboard:
        for button in row:
            assert len(str(button.callback_data).encode()) <= 64
            assert 0 < len(button.text) <= 48
