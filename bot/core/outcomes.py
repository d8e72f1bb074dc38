"""How it went: what of a follow-up is counted, and what of it one organisation may be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.core.consent import Shared
from bot.core.follow_ups import Answers, Direction, Helped, direction

Changed = Mapping[str, tuple[int, int]]
"""Areas of life rated both times: how it was, and how it is."""

CONTACTED, HELPED, ENOUGH, CHANGE = "contacted", "helped", "enough", "change"
MATCHES = ("needs", "expectations", "goals")
"""The three ratings of how well it matched (source A)."""
AREA = "change:"
FEEDBACK = "feedback:"
"""Before the id of an area of life, or of a statement, in the name of a question that is counted."""


@dataclass(frozen=True)
class Told:
    """What one organisation is told of a follow-up. Whether somebody made contact is between the client and the
    service; the organisation knows what it did itself."""

    helped: Helped | None = None
    enough: Helped | None = None
    needs: int | None = None
    expectations: int | None = None
    goals: int | None = None
    changes: tuple[tuple[str, int, int], ...] = ()  # area, then, now

    def __bool__(self) -> bool:
        said = (self.helped, self.enough, self.needs, self.expectations, self.goals)
        return bool(self.changes) or any(one is not None for one in said)


def told(answers: Answers, changed: Changed, shared: Shared) -> Told:
    """Of areas of life only those that are shared with the same organisation."""
    return Told(
        helped=answers.helped,
        enough=answers.enough,
        needs=answers.needs,
        expectations=answers.expectations,
        goals=answers.goals,
        changes=tuple((area, was, now) for area, (was, now) in changed.items() if area in shared.areas),
    )


def counted(answers: Answers, changed: Changed) -> Iterator[tuple[str, str]]:
    """Each question that was answered, with its answer: what is added to the counts, and nothing else is."""
    for question in (CONTACTED, HELPED, ENOUGH, *MATCHES):
        answer = getattr(answers, question)
        if answer is not None:
            yield question, str(answer)
    if gone := direction(changed):
        yield CHANGE, str(gone)
    for area, (was, now) in changed.items():
        yield f"{AREA}{area}", str(_direction(was, now))


def _direction(was: int, now: int) -> Direction:
    return Direction.BETTER if now > was else Direction.WORSE if now < was else Direction.SAME
