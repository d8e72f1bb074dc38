"""Feedback is asked a little at a time, never the same soon again, and never at a bad moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.feedback import (
    CALM,
    GUIDED,
    MOST,
    NOT_AGAIN,
    PAUSE,
    Moment,
    choose,
    sets,
    still_known,
)
from catalog.schema import FeedbackSet, Level, Statement, Text

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
STATEMENTS = [
    Statement(id=f"{about}-{number}", about=about, says=Text(fi="Minulle oli aikaa."), criterion="E")
    for about in FeedbackSet
    for number in range(4)
]
ago = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)).map(lambda past: NOW - past)
histories = st.dictionaries(st.sampled_from([one.id for one in STATEMENTS]), ago)
wishes = st.lists(st.sampled_from(FeedbackSet), max_size=4)


@given(histories, wishes, st.booleans())
def test_never_more_than_three_and_never_again_too_soon(
    asked: dict[str, datetime], wanted: list[FeedbackSet], unasked: bool
) -> None:
    chosen = choose(STATEMENTS, wanted, asked, NOW, unasked=unasked)
    assert len(chosen) <= MOST
    assert len({one.id for one in chosen}) == len(chosen)
    for one in chosen:
        assert one.about in wanted
        assert one.id not in asked or NOW - asked[one.id] >= NOT_AGAIN
    if unasked and any(NOW - at < PAUSE for at in asked.values()):
        assert chosen == []


@given(st.lists(st.timedeltas(min_value=timedelta(hours=1), max_value=timedelta(days=60)), max_size=40))
def test_a_whole_path_of_asking_keeps_its_distance(steps: list[timedelta]) -> None:
    asked: dict[str, datetime] = {}
    log: list[tuple[datetime, str]] = []
    now = NOW
    for step in steps:
        now += step
        for one in choose(STATEMENTS, GUIDED, asked, now):
            log.append((now, one.id))
            asked = still_known({**asked, one.id: now}, now)
    for number, (at, statement) in enumerate(log):
        for later, again in log[number + 1 :]:
            assert later == at or later - at >= PAUSE
            assert again != statement or later - at >= NOT_AGAIN


@given(histories, wishes, st.booleans(), st.timedeltas(min_value=timedelta(0), max_value=CALM))
def test_nothing_is_asked_right_after_danger(
    asked: dict[str, datetime], wanted: list[FeedbackSet], unasked: bool, since: timedelta
) -> None:
    danger = NOW - since
    chosen = choose(STATEMENTS, wanted, asked, NOW, unasked=unasked, danger_at=danger)
    assert chosen == ([] if since < CALM else choose(STATEMENTS, wanted, asked, NOW, unasked=unasked))


def test_who_wants_to_say_something_need_not_wait_two_weeks() -> None:
    asked = {"digital-0": NOW - timedelta(days=1)}
    assert choose(STATEMENTS, GUIDED, asked, NOW) == []
    wished = choose(STATEMENTS, GUIDED, asked, NOW, unasked=False)
    assert [one.id for one in wished] == ["digital-1", "early-0", "digital-2"]


def test_each_set_has_its_moment() -> None:
    organisations, intensive = (FeedbackSet.ORGANISATIONS,), (FeedbackSet.INTENSIVE,)
    for level in (*Level, None):
        deep = (*intensive, *organisations) if level is Level.INTENSIVE else organisations
        assert sets(Moment.SUGGESTIONS, level, met=True) == GUIDED
        assert sets(Moment.FOLLOW_UP, level, met=True) == deep
        assert sets(Moment.OWN, level, met=True) == deep
        assert sets(Moment.OWN, level, met=False) == GUIDED


def test_sets_take_turns() -> None:
    chosen = choose(STATEMENTS, (FeedbackSet.INTENSIVE, FeedbackSet.ORGANISATIONS), {}, NOW)
    assert [one.id for one in chosen] == ["intensive-0", "organisations-0", "intensive-1"]


def test_what_may_come_again_is_forgotten() -> None:
    asked = {"early-0": NOW - NOT_AGAIN, "early-1": NOW - NOT_AGAIN + timedelta(seconds=1)}
    assert set(still_known(asked, NOW)) == {"early-1"}
