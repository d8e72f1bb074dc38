"""Words find offers, however they are written."""

import pytest
from handmade import catalogue, offer, organisation

from catalog.ranking import Because, Reason
from catalog.schema import Catalog
from catalog.search import fold, search, words


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    def named(offer_id: str, fi: str, keywords: str = "", **fields: object) -> dict[str, object]:
        return offer(offer_id, name={"fi": fi}, summary={"fi": "."}, keywords=keywords.split(), **fields)

    return catalogue(
        organisation(
            "kello", named("cafe", "Yksinäisten kahvila", "yksinäisyys seura", languages=["fi", "sv"])
        ),
        organisation(
            "saatio", named("debts", "Talous- ja velkaneuvonta", "ulosotto pikavippi", areas=["money"])
        ),
        organisation("parish", named("food", "Ruoka-apu", "leipäjono", municipalities=["Kemi"])),
        organisation("club", named("band", "Bändi", "musiikki", municipalities=[], nationwide=True)),
        organisation("aa", named("aa", "Tove Janssons läsecirkel", "böcker läsa")),
    )


def found(catalog: Catalog, text: str, **place: str) -> list[str]:
    return [one.offer.id for one in search(catalog, text, "fi", **place)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("velkaneuvonta", "debts"),
        ("VELKANEUVONTAA", "debts"),
        ("velka", "debts"),
        ("neuvonta", "debts"),
        ("velkoja", "debts"),
        ("pikavipit", "debts"),
        ("ulosototn", "debts"),
        ("yksinäinen", "cafe"),
        ("yksinainen olo", "cafe"),
        ("yksnäisyys", "cafe"),
        ("bandi", "band"),
        ("musikki", "band"),
        ("Läsecirkel!", "aa"),
        ("lasa", "aa"),
        ("ruoka", "food"),
        ("money fi", "debts"),  # the name of its area of life
        ("kello", "cafe"),  # the name of its organisation
    ],
)
def test_the_best_offer_is_found_first(catalog: Catalog, text: str, expected: str) -> None:
    assert found(catalog, text)[:1] == [expected]


@pytest.mark.parametrize("text", ["", "   ", "?!", "x", "avaruusalus", "ei"])
def test_what_is_not_there_is_not_found(catalog: Catalog, text: str) -> None:
    assert found(catalog, text) == []


def test_the_words_found_are_the_reasons(catalog: Catalog) -> None:
    [first, *_] = search(catalog, "Seura ja yksinäisyys", "fi")
    assert first.offer.id == "cafe"
    assert first.organisation.id == "kello"
    assert first.reasons == (Reason(Because.WORD, ("seura",)), Reason(Because.WORD, ("yksinaisyys",)))


def test_elsewhere_is_left_out_when_the_place_is_known(catalog: Catalog) -> None:
    assert found(catalog, "ruoka-apu bändi") == ["food", "band"]
    assert found(catalog, "ruoka-apu bändi", municipality="Jyväskylä") == ["band"]


def test_the_limit_holds_and_equals_keep_their_order() -> None:
    many = catalogue(organisation("kello", *(offer(f"cafe{n}") for n in range(5))))
    assert [one.offer.id for one in search(many, "summary", "fi", limit=3)] == ["cafe0", "cafe1", "cafe2"]


def test_the_clients_language_weighs_a_little() -> None:
    swedish, finnish = offer("b", languages=["sv"]), offer("a", languages=["fi"])
    both = catalogue(organisation("kello", swedish, finnish))
    assert [one.offer.id for one in search(both, "summary", "sv")] == ["b", "a"]
    assert [one.offer.id for one in search(both, "summary", "fi@selko")] == ["a", "b"]


def test_another_catalogue_is_another_search(catalog: Catalog) -> None:
    other = catalogue(organisation("kello", offer("new", keywords=["avaruusalus"])))
    assert found(other, "avaruusalus") == ["new"]
    assert found(catalog, "avaruusalus") == []


def test_folding() -> None:
    assert fold("Päihdetyö ÅÄÖ Straße É") == "paihdetyo aao strasse e"
    assert words("Talous- ja velkaneuvonta, 18–29 v.") == ["talous", "ja", "velkaneuvonta", "18", "29"]
