"""The picture of the areas: readable on a phone, by anybody."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise

from PIL import Image

from bot import pictures
from bot.pictures import Bar, Change, Rating


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


# Then and now


def pair(
    *rows: Change, title: str = "Ennen ja nyt", labels: tuple[str, str] = ("Ennen", "Nyt")
) -> Image.Image:
    return Image.open(BytesIO(pictures.then_and_now(list(rows), title, labels))).convert("RGB")


def ink(image: Image.Image) -> int:
    """How much of it is dark, without its colours."""
    grey = image.convert("L")
    return sum(grey.histogram()[: int(grey.getpixel((0, 0))) - 60])  # type: ignore[arg-type]


def boxes(image: Image.Image) -> list[Image.Image]:
    """The two rows of boxes of the only area, then and now."""
    dots = image.width / pictures.WIDTH
    left, right = pictures.EDGE + pictures.LABEL - 0.03, pictures.WIDTH - pictures.NUMBERS
    tops = [pictures.HEAD + 0.25 + 0.25 * line for line in (0, 1)]
    return [image.crop(tuple(int(dots * edge) for edge in (left, top, right, top + 0.22))) for top in tops]  # type: ignore[arg-type]


def test_then_and_now_are_told_apart_without_colours() -> None:
    """The same rating looks another way then and now, and each rating another way than the next."""
    then, now = boxes(pair(Change("Asuminen", 3, 3)))
    assert ink(now) > 1.5 * ink(then)
    for line in (0, 1):
        dark = [ink(boxes(pair(Change("Asuminen", value, value)))[line]) for value in range(1, 6)]
        assert dark == sorted(set(dark))


def test_then_and_now_stay_inside_the_picture() -> None:
    image = pair(
        Change("Hyvin pitkä elämän alueen nimi " * 3, 1, 5), title="Ennen " * 9, labels=("Ennen " * 5, "Nyt")
    )
    edge = image.crop((image.width - 12, 0, image.width, image.height))
    assert edge.getcolors() == [(12 * image.height, image.getpixel((0, 0)))]


def test_the_areas_of_a_follow_up_fit_a_phone_held_upright() -> None:
    image = pair(*[Change("Asuminen", 1, 3)] * 5)
    assert image.height / image.width < 2
