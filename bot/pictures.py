"""Pictures that say at a glance what numbers say slowly; none of them speaks by colour alone.

Drawn with Pillow, in about a tenth of a second: whoever else is talking with the bot meanwhile should not notice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
DOTS = 240
"""An inch. All lengths below are in inches, and sizes of letters in points."""
POINT = DOTS / 72
PAPER, INK = "#fbf9f4", "#26302c"
FRAME, FRAME_WIDTH = "#9aa39f", 3  # dots
COLOURS = {1: "#8f3b3b", 2: "#b0603f", 3: "#7f7730", 4: "#4a7a59", 5: "#2f6f62"}
MOST = 5
WIDTH = 4.2
"""Inches. A phone shows the picture about 5.5 inches wide at 72 dots an inch, so 13 points become 17 there."""
ROW, HEAD, EDGE = 0.54, 0.62, 0.12
"""Inches: the height of an area, of the title, and the margin all around."""
CELL, BOX, GAP = 0.3, 0.18, 0.05
"""Inches: the width and height of a box, and what is between two."""
SHADES = 64
STRIPE = 18
"""Dots from one stripe to the next."""
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


Draw = Callable[["_Sheet"], None]


def ratings(rows: list[Rating], title: str) -> bytes:
    """Five boxes for each rated area as a PNG for a phone's width: the number of full boxes says the rating, and so do
    a number and words beside them."""

    def draw(sheet: _Sheet) -> None:
        for number, row in enumerate(rows):
            _draw(sheet, row, HEAD + ROW * number)

    return _drawn(HEAD + ROW * len(rows) + EDGE, title, draw)


def then_and_now(rows: list[Change], title: str, labels: tuple[str, str]) -> bytes:
    """For each area two rows of five boxes, then above now, as a PNG for a phone's width. What was then is striped and
    what is now is filled, and both stand there as numbers, too."""

    def draw(sheet: _Sheet) -> None:
        for number, row in enumerate(rows):
            _draw_pair(sheet, row, labels, HEAD + PAIR * number)

    return _drawn(HEAD + PAIR * len(rows) + EDGE, title, draw)


def bars(rows: list[Bar], title: str) -> bytes:
    """Lying bars as a PNG for a phone's width; beside each its number, so that neither colour nor length is needed."""
    labels = [wrap(row.label, LETTERS) or [""] for row in rows]

    def draw(sheet: _Sheet) -> None:
        top = HEAD
        for row, lines in zip(rows, labels, strict=True):
            for line in lines:
                sheet.write(EDGE, top + LINE / 2, line, 11.5)
                top += LINE
            _draw_bar(sheet, row, top)
            top += BAR

    return _drawn(HEAD + sum(LINE * len(lines) + BAR for lines in labels) + EDGE, title, draw)


def _drawn(height: float, title: str, draw: Draw) -> bytes:
    """A PNG for a phone's width under a title."""
    sheet = _Sheet(height)
    sheet.write(EDGE, HEAD / 2, title, 17)
    draw(sheet)
    return sheet.png()


def _draw(sheet: _Sheet, row: Rating, top: float) -> None:
    sheet.write(EDGE, top + 0.11, row.area, 13, bold=True)
    _boxes(sheet, EDGE, top + 0.25, row.value)
    words = EDGE + MOST * (CELL + GAP) + 0.08
    sheet.write(words, top + 0.34, f"{row.value} · {row.words}", 11)


def _draw_pair(sheet: _Sheet, row: Change, labels: tuple[str, str], top: float) -> None:
    sheet.write(EDGE, top + 0.11, row.area, 13, bold=True, until=WIDTH - NUMBERS)
    sheet.write(WIDTH - NUMBERS + 0.1, top + 0.11, f"{row.then} → {row.now}", 14, bold=True)
    for line, (label, value) in enumerate(zip(labels, (row.then, row.now), strict=True)):
        height = top + 0.27 + 0.25 * line
        sheet.write(EDGE, height + 0.09, label, 11, until=LABEL + EDGE)
        _boxes(sheet, EDGE + LABEL, height, value, striped=line == 0)


def _boxes(sheet: _Sheet, left: float, top: float, value: int, *, striped: bool = False) -> None:
    for box in range(MOST):
        at = left + box * (CELL + GAP)
        if box >= value:
            sheet.box(at, top, CELL)
        elif striped:
            sheet.striped_box(at, top, CELL, COLOURS[value])
        else:
            sheet.box(at, top, CELL, frame=COLOURS[value], inside=COLOURS[value])


def _draw_bar(sheet: _Sheet, row: Bar, top: float) -> None:
    """The frame is the most there could be."""
    sheet.box(EDGE, top + 0.03, LONGEST_BAR)
    if row.share > 0:
        full = LONGEST_BAR * min(row.share, 1)
        sheet.box(EDGE, top + 0.03, full, frame=COLOURS[MOST], inside=COLOURS[MOST])
    sheet.write(EDGE + LONGEST_BAR + 0.1, top + 0.12, row.words, 11.5, bold=True)


class _Sheet:
    """Paper to draw on, in inches from its upper left corner."""

    def __init__(self, height: float) -> None:
        self._image = Image.new("RGB", (_dots(WIDTH), _dots(height)), PAPER)
        self._pen = ImageDraw.Draw(self._image)

    def write(
        self, left: float, middle: float, words: str, size: float, *, bold: bool = False, until: float = WIDTH
    ) -> None:
        """A line of text; one too long for its room is written smaller."""
        room, needed = (until - EDGE - left) * DOTS, _font(size, bold).getlength(words)
        if needed > room:
            size *= room / needed
        self._pen.text((left * DOTS, middle * DOTS), words, INK, _font(size, bold), anchor="lm")

    def box(self, left: float, top: float, width: float, *, frame: str = FRAME, inside: str = PAPER) -> None:
        self._pen.rectangle(_edges(left, top, width), inside, frame, FRAME_WIDTH)

    def striped_box(self, left: float, top: float, width: float, colour: str) -> None:
        """With slanting stripes in it, which stop at its edges."""
        x, y, right, bottom = _edges(left, top, width)
        inside = Image.new("RGB", (right - x, bottom - y), PAPER)
        pen = ImageDraw.Draw(inside)
        for start in range(-inside.height, inside.width, STRIPE):
            pen.line((start, inside.height, start + inside.height, 0), colour, FRAME_WIDTH)
        self._image.paste(inside, (x, y))
        self._pen.rectangle((x, y, right, bottom), None, colour, FRAME_WIDTH)

    def png(self) -> bytes:
        """With a palette: two fifths of the size, which a client with little data left pays for."""
        target = BytesIO()
        self._image.quantize(SHADES, Image.Quantize.FASTOCTREE).save(target, "PNG")
        return target.getvalue()


def _edges(left: float, top: float, width: float) -> tuple[int, int, int, int]:
    return _dots(left), _dots(top), _dots(left + width), _dots(top + BOX)


def _dots(inches: float) -> int:
    return round(inches * DOTS)


@lru_cache(64)
def _font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(FONTS / name, size * POINT, layout_engine=ImageFont.Layout.BASIC)
