"""How long a text message may be, whose number it is, and when its client wants no more."""

from __future__ import annotations

import pytest
from gsm0338 import Codec
from hypothesis import given
from hypothesis import strategies as st

from bot.core import text_messages
from bot.core.text_messages import fitted, international, is_gsm, parts, plain, wants_no_texts

STOP = "Lopeta tekstiviestit: https://rinnalla.example/s/AbCdEfGhIjKlMnOp"
ANY_TEXT = st.text(max_size=700)
WORDS = st.lists(st.text("abcdefghijkåäöÅÄÖ0123456789€[]{}~", min_size=1, max_size=14), max_size=120)


@pytest.mark.parametrize(
    ("text", "how_many"),
    [
        ("", 1),
        ("ä" * 160, 1),
        ("ö" * 161, 2),
        ("Å" * 306, 2),
        ("å" * 307, 3),
        ("€" * 80, 1),  # two places each
        ("€" * 81, 2),
        ("€" * 152, 2),
        ("€" * 153, 3),  # 153 places hold 76 of them: one is never divided
        ("a" + "€" * 152, 2),
        ("ш" * 70, 1),
        ("ш" * 71, 2),
        ("ш" * 134, 2),
        ("ш" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),  # 67 places hold 33 of them
        ("a" * 159 + "ш", 3),
    ],
)
def test_parts_are_counted_as_the_network_counts(text: str, how_many: int) -> None:
    assert parts(text) == how_many


@given(ANY_TEXT)
def test_counting_agrees_with_cutting_the_encoded_text(text: str) -> None:
    """Counted another way: take as much as fits, again and again."""
    gsm = is_gsm(text)

    def size(some: str) -> int:
        return len(Codec().encode(some)[0]) if gsm else len(some.encode("utf-16-be", "surrogatepass")) // 2

    alone, each = (160, 153) if gsm else (70, 67)
    if size(text) <= alone:
        assert parts(text) == 1
        return
    count, rest = 0, text
    while rest:
        taken = max(at for at in range(1, len(rest) + 1) if at <= each and size(rest[:at]) <= each)
        count, rest = count + 1, rest[taken:]
    assert parts(text) == count


@pytest.mark.parametrize("text", ["Hyvää päivää, Åke!", "Hälsningar från Borgå: 5 €", "Öljy & ärt~soppa [1]"])
def test_finnish_and_swedish_need_no_dear_message(text: str) -> None:
    assert is_gsm(text)
    assert plain(text) == text


def test_typographic_signs_become_ordinary_ones_and_emoji_go() -> None:
    assert plain("🔔 ”Tapaaminen” – huomenna…\u00a0klo 10") == '"Tapaaminen" - huomenna... klo 10'
    assert plain("Šimek, Žižka, Łuka") == "Simek, Zizka, Łuka"
    assert plain("👨\u200d👩\u200d👧 ❤\ufe0f") == ""


def test_letters_of_other_alphabets_stay_and_are_counted_so() -> None:
    assert plain("Иван ждёт") == "Иван ждёт"
    assert parts("Иван" * 20) == 2


@given(ANY_TEXT, st.sampled_from(["", STOP]), st.integers(1, 3))
def test_whatever_is_said_it_fits_and_the_way_out_is_whole(text: str, end: str, most: int) -> None:
    said = fitted(text, end, most)
    assert parts(said) <= most
    assert said.endswith(end)


@given(WORDS)
def test_what_comes_first_is_kept_and_no_word_is_cut(words: list[str]) -> None:
    said = fitted(" ".join(words), STOP)
    kept = said.removesuffix(STOP).strip()
    if kept == " ".join(words):
        return
    assert kept.endswith("...")
    begun = kept.removesuffix("...").split()
    assert begun == words[: len(begun)]
    one_more = " ".join(words[: len(begun) + 1]) + "... " + STOP
    assert parts(one_more) > text_messages.MOST_PARTS, "a word more would have fitted"


def test_of_one_endless_word_there_is_a_beginning() -> None:
    said = fitted("a" * 1000, STOP)
    assert said.startswith("aaaa")
    assert parts(said) == 2


# Numbers


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("0401234567", "+358401234567"),
        ("+358401234567", "+358401234567"),
        ("00358501234567", "+358501234567"),
        ("0457 123 4567", "+3584571234567"),
        ("+46701234567", "+46701234567"),
        ("09123456", None),  # a landline gets no text messages
        ("112", None),
        ("0800123456", None),
        ("0600123456", None),
        ("1234567", None),
        ("+0123456789", None),
        ("+3584012345678901", None),
    ],
)
def test_a_mobile_number_is_told_with_its_country(written: str, whole: str | None) -> None:
    assert international(written) == whole


@pytest.mark.parametrize("text", ["123456", " 123 456 ", "123-456"])
def test_a_code_is_read_as_people_write_it(text: str) -> None:
    assert text_messages.code_in(text) == "123456"


@pytest.mark.parametrize("text", ["12345", "1234567", "koodi", "12345a", "١٢٣٤٥٦", ""])
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert text_messages.code_in(text) is None


@given(st.binary(min_size=32, max_size=32))
def test_a_code_has_six_digits(digest: bytes) -> None:
    code = text_messages.code_from(digest.hex())
    assert text_messages.code_in(code) == code


# No more of them


@pytest.mark.parametrize(
    "text",
    [
        *("lopeta tekstiviestit", "Lopettakaa nämä tekstarit!", "en halua enää tekstiviestejä", "peru tekstiviestit"),
        *("haluan lopettaa tekstiviestit", "Ei enää tekstareita, kiitos", "poista tekstiviestit"),
        *("sluta skicka sms", "jag vill inte ha textmeddelanden", "avsluta sms", "Inga fler sms!"),
        *("stop sms", "STOP TEXT MESSAGES", "I don't want texts", "no more texts please", "cancel text messages"),
    ],
)  # fmt: skip
def test_whoever_wants_no_more_is_heard(text: str) -> None:
    assert wants_no_texts(text)


@pytest.mark.parametrize(
    "text",
    [
        *("älä lopeta tekstiviestejä", "miten lopetan tekstiviestit?", "tekstiviestit painavat mieltä", "lopeta"),
        *("en halua lopettaa tekstiviestejä", "sluta inte skicka sms", "don't stop the texts", "stop"),
        *("I don't want to stop the texts", "voiko tekstiviestit lopettaa?", "haluan tekstiviestejä"),
        "exä lopetti minulle soittamisen ja lähettää nyt joka yö tekstiviestejä enkä saa nukuttua",
    ],
)  # fmt: skip
def test_whoever_says_something_else_is_not_cut_off(text: str) -> None:
    assert not wants_no_texts(text)
