"""What would tell who somebody is, found in what they wrote; and what only looks like it, left alone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.contact_details import CENTURIES, CHECK_SIGNS, Kind, find, is_identity_code

TELLING = {
    "Hetuni on 131052-308T, auttaako se?": (Kind.IDENTITY_CODE, "131052-308T"),
    "hetu 131052 – 308t": (Kind.IDENTITY_CODE, "131052 - 308t"),
    "Soita 040 123 4567!": (Kind.PHONE, "040 123 4567"),
    "numeroni on +358 40-1234567.": (Kind.PHONE, "+358 40-1234567"),
    "kotinumero (014) 123 456": (Kind.PHONE, "(014) 123 456"),
    "ring mig: 00358401234567": (Kind.PHONE, "00358401234567"),
    "０４０ １２３ ４５６７": (Kind.PHONE, "040 123 4567"),
    "04\u200b0123\u200b4567": (Kind.PHONE, "0401234567"),
    "olen aino.esimerkki@example.fi": (Kind.EMAIL, "aino.esimerkki@example.fi"),
    "aino (at) example (piste) fi": (Kind.EMAIL, "aino (at) example (piste) fi"),
    "Asun osoitteessa Kauppakatu 5 B 12": (Kind.ADDRESS, "Kauppakatu 5 B 12"),
    "Mannerheimintien 5 kohdalla": (Kind.ADDRESS, "Mannerheimintien 5"),
    "asun Aino Acktén tie 3": (Kind.ADDRESS, "Aino Acktén tie 3"),
    "jag bor på Storgatan 12 a": (Kind.ADDRESS, "Storgatan 12 a"),
    "I live at 12 Main Street": (Kind.ADDRESS, "12 Main Street"),
    "postinumero 40100 Jyväskylä": (Kind.ADDRESS, "40100 Jyväskylä"),
}
HARMLESS = [
    "Velkaa on 12000 Euroa ja tuloja 850,50 e.",
    "Soitin jo numeroon 116 117 ja 112.",
    "Se alkoi 1.2.2026 ja taas 01.02.2026, 01-02-2026.",
    "Lapset ovat 3, 5 ja 12, olen ollut tiellä 5 vuotta.",
    "Vuosina 2010-2020 olin töissä klo 7-15.",
    "Tunnus 131052-308U ei ole kenenkään.",
    "Voinko tulla 2 kertaa viikossa?",
    "",
]


@pytest.mark.parametrize(("text", "detail"), TELLING.items())
def test_what_tells_who_somebody_is_is_found(text: str, detail: tuple[Kind, str]) -> None:
    assert [(each.kind, each.text) for each in find(text)] == [detail]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_tells_nothing_is_left_alone(text: str) -> None:
    assert find(text) == []


def test_several_things_are_told_once_each() -> None:
    text = "0401234567, a@b.fi, Koskikatu 3, 0401234567"
    assert [each.kind for each in find(text)] == [Kind.EMAIL, Kind.PHONE, Kind.ADDRESS]


@st.composite
def codes(draw: st.DrawFn) -> str:
    """Personal identity codes as they are given, with every sign between the date and the number."""
    sign = draw(st.sampled_from(sorted(CENTURIES)))
    century = CENTURIES[sign]
    day = draw(st.dates(date(century, 1, 1), date(century + 99, 12, 31)))
    number = f"{draw(st.integers(2, 999)):03}"
    digits = f"{day.day:02}{day.month:02}{day.year % 100:02}"
    return f"{digits}{sign}{number}{CHECK_SIGNS[int(digits + number) % 31]}"


@given(codes(), st.sampled_from(["", "hetu ", "(", "äiti: "]), st.sampled_from(["", ".", " ja muuta", ")"]))
def test_every_personal_identity_code_is_found(code: str, before: str, after: str) -> None:
    assert [(each.kind, each.text) for each in find(before + code + after)] == [(Kind.IDENTITY_CODE, code)]
    assert is_identity_code(code.lower())


@given(codes(), st.sampled_from(CHECK_SIGNS))
def test_another_check_sign_is_no_personal_identity_code(code: str, sign: str) -> None:
    assert is_identity_code(code[:-1] + sign) == (sign == code[-1])


@pytest.mark.parametrize("code", ["310298-0010", "290201-0011", "131052-000Z", "131052/308T", "131052-308T1"])
def test_no_day_or_no_number_is_no_personal_identity_code(code: str) -> None:
    assert not is_identity_code(code)


@given(
    st.sampled_from(["0", "+358", "00358"]),
    st.lists(st.integers(10, 99).map(str), min_size=4, max_size=5),
    st.sampled_from(["", " ", "-", "\u00a0"]),
)
def test_telephone_numbers_are_found_however_they_are_written(start: str, rest: list[str], gap: str) -> None:
    found = find(f"Soita: {start}{gap.join(rest)}, kiitos")
    assert [each.kind for each in found] == [Kind.PHONE]


@given(st.text(max_size=300))
def test_any_text_can_be_looked_through(text: str) -> None:
    for detail in find(text):
        assert detail.text.strip() == detail.text != ""
        assert find(detail.text)[0].kind == detail.kind
