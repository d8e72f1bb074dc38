"""Pictures that say at a glance what numbers say slowly; none of them speaks by colour alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from textwrap import wrap
from threading import Lock
from typing import Any

_ONE_AT_A_TIME = Lock()  # matplotlib keeps caches that two threads must not build at once

PAPER, INK = "#fbf9f4", "#26302c"
COLOURS = {1: "#8f3b3b", 2: "#b0603f", 3: "#7f7730", 4: "#4a7a59", 5: "#2f6f62"}
MOST = 5
WIDTH = 4.2
"""Inches. A phone shows the picture about 5.5 inches wide at 72 dots an inch, so 13 points become 17 there."""
ROW, HEAD, EDGE = 0.54, 0.62, 0.12
"""Inches: the height of an area, of the title, and the margin all around."""
CELL, GAP = 0.3, 0.05
PAIR, LABEL, NUMBERS = 0.9, 0.75, 0.75
"""Inches: the height of an area then and now, the width of those words, and of the two numbers."""
LETTERS = 44
"""Letters of a label that fit one line of the picture."""
LINE, BAR = 0.2, 0.34
"""Inches: the height of a line of a label, and of a bar with the room around it."""
LONGEST_BAR = 2.3


@dataclass(frozen=True)
class Rating:
    """One row: the area, its rating 1 to 5, and the rating in words."""

    area: str
    value: int
    words: str


@dataclass(frozen=True)
class Change:
    """One row of then and now: the area, and its ratings 1 to 5."""

    area: str
    then: int
    now: int


@dataclass(frozen=True)
class Bar:
    """One row: what it is about, how long the bar is (0 to 1), and the same in numbers."""

    label: str
    share: float
    words: str


def prepare() -> None:
    """Load what drawing needs. It takes seconds the first time, so it is done before anybody waits for a picture."""
    with _ONE_AT_A_TIME:
        import matplotlib.backends.backend_agg
        import matplotlib.figure
        import matplotlib.font_manager  # noqa: F401


def ratings(rows: list[Rating], title: str) -> bytes:
    """Five boxes for each rated area as a PNG for a phone's width: the number of full boxes says the rating, and so do
    a number and words beside them."""

    def draw(axes: Any) -> None:
        for number, row in enumerate(rows):
            _draw(axes, row, HEAD + ROW * number)

    return _drawn(HEAD + ROW * len(rows) + EDGE, title, draw)


def then_and_now(rows: list[Change], title: str, labels: tuple[str, str]) -> bytes:
    """For each area two rows of five boxes, then above now, as a PNG for a phone's width. What was then is striped and
    what is now is filled, and both stand there as numbers, too."""

    def draw(axes: Any) -> None:
        for number, row in enumerate(rows):
            _draw_pair(axes, row, labels, HEAD + PAIR * number)

    return _drawn(HEAD + PAIR * len(rows) + EDGE, title, draw)


def bars(rows: list[Bar], title: str) -> bytes:
    """Lying bars as a PNG for a phone's width; beside each its number, so that neither colour nor length is needed."""
    labels = [wrap(row.label, LETTERS) or [""] for row in rows]

    def draw(axes: Any) -> None:
        top = HEAD
        for row, lines in zip(rows, labels, strict=True):
            for line in lines:
                _write(axes, EDGE, top + LINE / 2, line, fontsize=11.5)
                top += LINE
            _draw_bar(axes, row, top)
            top += BAR

    return _drawn(HEAD + sum(LINE * len(lines) + BAR for lines in labels) + EDGE, title, draw)


def _drawn(height: float, title: str, draw: Callable[[Any], None]) -> bytes:
    """A PNG for a phone's width under a title; `draw` gets axes in inches, downwards from the top."""
    with _ONE_AT_A_TIME:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, height), dpi=240, facecolor=PAPER)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        axes.set_axis_off()
        _write(axes, EDGE, HEAD / 2, title, fontsize=17)
        draw(axes)
        target = BytesIO()
        figure.savefig(target, format="png")
        return target.getvalue()


def _draw_bar(axes: Any, row: Bar, top: float) -> None:
    """The frame is the most there could be."""
    from matplotlib.patches import Rectangle

    frame: dict[str, Any] = {"edgecolor": "#9aa39f", "facecolor": PAPER, "linewidth": 1}
    axes.add_patch(Rectangle((EDGE, top + 0.03), LONGEST_BAR, 0.18, **frame))
    full = LONGEST_BAR * min(max(row.share, 0), 1)
    axes.add_patch(Rectangle((EDGE, top + 0.03), full, 0.18, facecolor=COLOURS[5], linewidth=0))
    _write(axes, EDGE + LONGEST_BAR + 0.1, top + 0.12, row.words, fontsize=11.5, fontweight="bold")


def _draw_pair(axes: Any, row: Change, labels: tuple[str, str], top: float) -> None:
    _write(axes, EDGE, top + 0.11, row.area, WIDTH - NUMBERS, fontsize=13, fontweight="bold")
    _write(axes, WIDTH - NUMBERS + 0.1, top + 0.11, f"{row.then} → {row.now}", fontsize=14, fontweight="bold")
    for line, (label, value) in enumerate(zip(labels, (row.then, row.now), strict=True)):
        height = top + 0.27 + 0.25 * line
        _write(axes, EDGE, height + 0.09, label, LABEL + EDGE, fontsize=11)
        _boxes(axes, EDGE + LABEL, height, value, striped=line == 0)


def _boxes(axes: Any, left: float, top: float, value: int, *, striped: bool) -> None:
    from matplotlib.patches import Rectangle

    for box in range(MOST):
        full = box < value
        axes.add_patch(
            Rectangle(
                (left + box * (CELL + GAP), top),
                CELL,
                0.18,
                facecolor=COLOURS[value] if full and not striped else PAPER,
                edgecolor=COLOURS[value] if full else "#9aa39f",
                hatch="////" if full and striped else None,
                linewidth=1,
            )
        )


def _draw(axes: Any, row: Rating, top: float) -> None:
    _write(axes, EDGE, top + 0.11, row.area, fontsize=13, fontweight="bold")
    _boxes(axes, EDGE, top + 0.25, row.value, striped=False)
    words = EDGE + MOST * (CELL + GAP) + 0.08
    _write(axes, words, top + 0.34, f"{row.value} · {row.words}", fontsize=11)


def _write(axes: Any, left: float, middle: float, words: str, until: float = WIDTH, **look: Any) -> None:
    """A line of text; one too long for the picture is written smaller."""
    text = axes.text(left, middle, words, color=INK, va="center_baseline", **look)
    room = (until - EDGE - left) * axes.figure.dpi
    if (needed := text.get_window_extent().width) > room:
        text.set_fontsize(text.get_fontsize() * room / needed)
