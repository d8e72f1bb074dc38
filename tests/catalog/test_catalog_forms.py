"""Forms of one word are known for one word, without a dictionary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.forms import fold, is_form, slips, stems, words

FAMILIES = [
    "velka velan velkaa velat velkoja velkojen veloista velkoihin velkani",
    "asunto asunnon asuntoa asunnot asuntoja asunnoista asunnossa",
    "lapsi lapsen lasta lapset lasten lapsia lapsille",
    "työtön työttömän työtöntä työttömät työttömille",
    "raha rahaa rahan rahat rahoja rahoista",
    "perhe perheen perhettä perheet perheitä perheiden perheille",
    "tuki tuen tukea tuet tukia",
    "kuoro kuoroa kuoron kuoroon kuorot kuoroja kuoroissa",
    "yksinäinen yksinäisen yksinäistä yksinäiset yksinäisiä yksinäisten",
    "yksinäisyys yksinäisyyden yksinäisyyttä yksinäisyydestä",
    "masennus masennuksen masennusta masennukseen",
    "nuori nuoren nuorta nuoret nuorten nuoria nuorille",
    "päihde päihteen päihteet päihteitä päihteiden",
    "hammas hampaan hammasta hampaat hampaita",
    "lääke lääkkeen lääkettä lääkkeet lääkkeitä",
    "työ työn työtä töitä töissä",
    "apu avun apua avut",
    "koti kodin kotia kotiin kodit",
    "ystävä ystävän ystävää ystävät ystäviä ystävien",
    "skuld skulder skulderna skulden",
    "debt debts",
]

STRANGERS = [
    ("velka", "veli"),
    ("velat", "veljen"),
    ("kuoro", "kuorma"),
    ("raha", "rahti"),
    ("koti", "kota"),
    ("uni", "unioni"),
    ("ilma", "ilmaista"),
]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_form_leads_to_every_other(family: str) -> None:
    forms = [fold(form) for form in family.split()]
    missed = [(one, other) for one in forms for other in forms if not is_form(other, stems(one))]
    assert missed == []


@pytest.mark.parametrize(("one", "other"), STRANGERS)
def test_words_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert not is_form(fold(other), stems(fold(one)))
    assert not is_form(fold(one), stems(fold(other)))


def test_words_of_different_families_stay_apart() -> None:
    family_of = {fold(form): number for number, family in enumerate(FAMILIES) for form in family.split()}
    mixed = {
        (one, other)
        for one in family_of
        for other in family_of
        if family_of[one] != family_of[other] and is_form(other, stems(one))
    }
    assert mixed <= {("tyoton", "tyota"), ("tyota", "tyoton")}


@given(st.text(max_size=30))
def test_a_word_is_always_a_form_of_itself(text: str) -> None:
    for word in words(text):
        assert is_form(word, stems(word))


@pytest.mark.parametrize(
    ("a", "b", "allowed", "alike"),
    [
        ("velka", "velka", 0, True),
        ("velka", "vellka", 1, True),
        ("velka", "veka", 1, True),
        ("velka", "vekla", 1, True),
        ("velka", "vilka", 1, True),
        ("velka", "vilkaa", 1, False),
        ("velka", "vilkaa", 2, True),
        ("velka", "kuoro", 2, False),
        ("", "ab", 2, True),
    ],
)
def test_slips_of_the_finger_are_counted(a: str, b: str, allowed: int, alike: bool) -> None:
    assert slips(a, b, allowed) is alike
    assert slips(b, a, allowed) is alike
