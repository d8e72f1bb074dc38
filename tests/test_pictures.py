"""The picture of the areas: readable on a phone, by anybody."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise

from PIL import Image

from bot import pictures
from bot.pictures import Bar, Rating


def drawn(*rows: Rating, title: str = "Mitä sinulle kuuluu?") -> Image.Image:
    return Image.open(BytesIO(pictures.ratings(list(rows), title))).convert("RGB")


def test_a_picture_without_colours_still_tells_the_ratings_apart() -> None:
    """Words left out, so that only the boxes differ."""
    grey = [drawn(Rating("Asuminen", value, "")).convert("L") for value in range(1, 6)]
    paper = grey[0].getpixel((0, 0))
    dark = [sum(image.histogram()[: int(paper) - 60]) for image in grey]
    assert dark == sorted(dark)
    assert all(more - less > 2000 for less, more in pairwise(dark))


def test_words_of_any_length_stay_inside_the_picture() -> None:
    image = drawn(
        Rating("Hyvin pitkä elämän alueen nimi " * 3, 1, "hyvin pitkä vastaus " * 3), title="Mitä " * 20
    )
    edge = image.crop((image.width - 12, 0, image.width, image.height))
    assert edge.getcolors() == [(12 * image.height, image.getpixel((0, 0)))]


def test_twelve_areas_fit_a_phone_held_upright() -> None:
    image = drawn(*[Rating("Asuminen", 3, "Melko tyytyväinen")] * 12)
    assert image.height / image.width < 2


def bars(*rows: Bar, title: str = "Luvut") -> Image.Image:
    return Image.open(BytesIO(pictures.bars(list(rows), title))).convert("RGB")


def test_a_longer_bar_says_more_without_colours() -> None:
    grey = [bars(Bar("Sai apua", share, "")).convert("L") for share in (0, 0.25, 0.5, 0.75, 1)]
    paper = grey[0].getpixel((0, 0))
    dark = [sum(image.histogram()[: int(paper) - 60]) for image in grey]
    assert all(more - less > 2000 for less, more in pairwise(dark))


def test_labels_and_numbers_of_any_length_stay_inside() -> None:
    image = bars(Bar("Hyvin pitkä väittämä, joka jatkuu rivistä toiseen " * 4, 1, "4,2 / 5 · n=" + "1" * 30))
    edge = image.crop((image.width - 12, 0, image.width, image.height))
    assert edge.getcolors() == [(12 * image.height, image.getpixel((0, 0)))]


def test_one_picture_holds_all_that_is_asked_of_an_organisation() -> None:
    image = bars(
        *[Bar("Minulle oli aikaa, ja silloin puhuttiin juuri minun asiastani", 0.8, "4,2 / 5 · n=12")] * 18
    )
    assert image.width + image.height < 10_000, "Telegram takes no larger photo"
    assert image.height / image.width < 20
