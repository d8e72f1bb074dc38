"""Pictures that say at a glance what numbers say slowly; none of them speaks by colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from threading import Lock

_ONE_AT_A_TIME = Lock()  # matplotlib keeps caches that two threads must not build at once

COLOURS = {1: "#8f3b3b", 2: "#b8694a", 3: "#8a8356", 4: "#5b8a6a", 5: "#2f6f62"}
HATCHES = {1: "xx", 2: "//", 3: "..", 4: "", 5: ""}


@dataclass(frozen=True)
class Rating:
    """One bar: the area, its rating 1 to 5, and the rating in words."""

    area: str
    value: int
    words: str


def ratings(rows: list[Rating], title: str) -> bytes:
    """A bar for each rated area as a PNG for a phone's width: length, number, pattern and words all say the rating."""
    with _ONE_AT_A_TIME:
        from matplotlib.figure import Figure

        figure = Figure(
            figsize=(6, 1.1 + 0.72 * len(rows)), dpi=150, layout="constrained", facecolor="#fbf9f4"
        )
        axes = figure.subplots()
        axes.set_facecolor("#fbf9f4")
        places = range(len(rows))
        bars = axes.barh(
            list(places),
            [row.value for row in rows],
            height=0.42,
            color=[COLOURS[row.value] for row in rows],
            edgecolor="#fbf9f4",
        )
        for bar, row in zip(bars, rows, strict=True):
            bar.set_hatch(HATCHES[row.value])
        for place, row in zip(places, rows, strict=True):
            axes.text(
                0.0, place - 0.36, row.area, fontsize=13, fontweight="bold", color="#26302c", va="center"
            )
            axes.text(5.0, place - 0.36, row.words, fontsize=10.5, color="#3d4a45", va="center", ha="right")
            axes.text(row.value + 0.08, place, str(row.value), fontsize=14, color="#26302c", va="center")
        axes.set_xlim(0, 5.35)
        axes.set_ylim(len(rows) - 0.35, -0.75)
        axes.set_axis_off()
        axes.set_title(title, fontsize=17, loc="left", color="#26302c", pad=10)
        target = BytesIO()
        figure.savefig(target, format="png")
        return target.getvalue()
