"""Pictures that say at a glance what numbers say slowly; none of them speaks by colour alone."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Rating:
    """One row: the area, its rating 1 to 5, and the rating in words."""

    area: str
    value: int
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
    with _ONE_AT_A_TIME:
        from matplotlib.figure import Figure

        height = HEAD + ROW * len(rows) + EDGE
        figure = Figure(figsize=(WIDTH, height), dpi=240, facecolor=PAPER)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)  # downwards, in inches
        axes.set_axis_off()
        _write(axes, EDGE, HEAD / 2, title, fontsize=17)
        for number, row in enumerate(rows):
            _draw(axes, row, HEAD + ROW * number)
        target = BytesIO()
        figure.savefig(target, format="png")
        return target.getvalue()


@dataclass(frozen=True)
class Bar:
    """One row: what it is about, how long the bar is (0 to 1), and the same in numbers."""

    label: str
    share: float
    words: str


LETTERS = 44
"""Letters of a label that fit one line of the picture."""
LINE, BAR = 0.2, 0.34
"""Inches: the height of a line of a label, and of a bar with the room around it."""


def bars(rows: list[Bar], title: str) -> bytes:
    """Lying bars as a PNG for a phone's width; beside each its number, so that neither colour nor length is needed."""
    with _ONE_AT_A_TIME:
        from matplotlib.figure import Figure

        labels = [wrap(row.label, LETTERS) or [""] for row in rows]
        height = HEAD + sum(LINE * len(lines) + BAR for lines in labels) + EDGE
        figure = Figure(figsize=(WIDTH, height), dpi=240, facecolor=PAPER)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        axes.set_axis_off()
        _write(axes, EDGE, HEAD / 2, title, fontsize=17)
        top = HEAD
        for row, lines in zip(rows, labels, strict=True):
            for line in lines:
                _write(axes, EDGE, top + LINE / 2, line, fontsize=11.5)
                top += LINE
            _draw_bar(axes, row, top)
            top += BAR
        target = BytesIO()
        figure.savefig(target, format="png")
        return target.getvalue()


LONGEST_BAR = 2.3


def _draw_bar(axes: Any, row: Bar, top: float) -> None:
    """The frame is the most there could be."""
    from matplotlib.patches import Rectangle

    frame: dict[str, Any] = {"edgecolor": "#9aa39f", "facecolor": PAPER, "linewidth": 1}
    axes.add_patch(Rectangle((EDGE, top + 0.03), LONGEST_BAR, 0.18, **frame))
    full = LONGEST_BAR * min(max(row.share, 0), 1)
    axes.add_patch(Rectangle((EDGE, top + 0.03), full, 0.18, facecolor=COLOURS[5], linewidth=0))
    _write(axes, EDGE + LONGEST_BAR + 0.1, top + 0.12, row.words, fontsize=11.5, fontweight="bold")


def _draw(axes: Any, row: Rating, top: float) -> None:
    from matplotlib.patches import Rectangle

    _write(axes, EDGE, top + 0.11, row.area, fontsize=13, fontweight="bold")
    for box in range(MOST):
        full = box < row.value
        axes.add_patch(
            Rectangle(
                (EDGE + box * (CELL + GAP), top + 0.25),
                CELL,
                0.18,
                facecolor=COLOURS[row.value] if full else PAPER,
                edgecolor=COLOURS[row.value] if full else "#9aa39f",
                linewidth=1,
            )
        )
    words = EDGE + MOST * (CELL + GAP) + 0.08
    _write(axes, words, top + 0.34, f"{row.value} · {row.words}", fontsize=11)


def _write(axes: Any, left: float, middle: float, words: str, **look: Any) -> None:
    """A line of text; one too long for the picture is written smaller."""
    text = axes.text(left, middle, words, color=INK, va="center_baseline", **look)
    room = (WIDTH - EDGE - left) * axes.figure.dpi
    if (needed := text.get_window_extent().width) > room:
        text.set_fontsize(text.get_fontsize() * room / needed)
