"""Words find offers, however they are written."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from handmade import catalogue, offer, organisation
from hypothesis import given
from hypothesis import strategies as st

from catalog.loading import load
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


def found(catalog: Catalog, text: str, **place: Any) -> list[str]:
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
        ("aa", "aa"),
        ("Velkaneuvontaan mistä pääsen?", "debts"),
        ("neuvontaa", "debts"),  # the end of a compound, in another form
        ("velkaneuvota", "debts"),
        ("bändistä", "band"),
        ("musiikkia", "band"),
        ("leipäjonot", "food"),
        ("ruokaapu", "food"),
        ("yksina\u0308isyys", "cafe"),  # with the accent as a character of its own
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


# --- forms


FORMS = [
    ("velka", "velat velkoja veloista velkojen velkaa"),
    ("asunto", "asunnon asuntoa asunnoista asuntojen asunnot"),
    ("lapset", "lapsi lapsen lasten lapsia lapsille"),
    ("työttömyys", "työtön työttömän työttömille työttömyyden"),
    ("yksinäisyys", "yksinäinen yksinäisiä yksinäisille yksinäisyyttä"),
    ("päihteet", "päihde päihteiden päihteitä"),
    ("nuoret", "nuori nuorten nuorille nuoria"),
    ("mielenterveys", "mielenterveyden mielenterveyttä mielenterveystyö"),
    ("vertaistuki", "vertaistukea vertaistuen"),
    ("grupper", "grupp gruppen grupperna"),
    ("debts", "debt"),
]


@pytest.mark.parametrize(("written", "asked"), FORMS)
def test_a_word_is_found_in_any_of_its_forms(written: str, asked: str) -> None:
    catalog = catalogue(
        organisation("a", offer("it", keywords=[written])),
        organisation("b", offer("other", keywords=["kuoro"])),
    )
    missed = [form for form in asked.split() if found(catalog, form) != ["it"]]
    assert missed == []


# --- towns


@pytest.fixture(scope="module")
def choirs() -> Catalog:
    def choir(offer_id: str, **fields: object) -> dict[str, object]:
        return organisation(f"of-{offer_id}", offer(offer_id, keywords=["kuoro"], **fields))

    return catalogue(
        choir("a-jkl"),
        choir("b-aanekoski", municipalities=["Äänekoski"]),
        choir("c-oulu", municipalities=["Oulu"]),
        choir("d-everywhere", municipalities=[], nationwide=True),
        organisation("laukaa", offer("e-laukaa", municipalities=["Laukaa"], keywords=["tanssi"])),
        organisation("parish", offer("f-parish", name="Jyväskylän kuoro", municipalities=["Jyväskylä"])),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kuoro Jyväskylä", ["f-parish", "a-jkl", "d-everywhere"]),
        ("kuoro jyväskylässä", ["f-parish", "a-jkl", "d-everywhere"]),
        ("Jyvaskyla kuoro", ["f-parish", "a-jkl", "d-everywhere"]),
        ("kuoroja Äänekoskelta", ["b-aanekoski", "d-everywhere"]),
        ("kuoro i Uleåborg", ["c-oulu", "d-everywhere"]),
        ("kuoro Kemi", ["d-everywhere"]),  # where the catalogue has nothing
        ("Laukaa", ["e-laukaa"]),
        ("tanssi Jyväskylässä", ["e-laukaa"]),  # the nearest
        ("tanssi Oulussa", []),
    ],
)
def test_the_name_of_a_town_says_where_to_look(choirs: Catalog, text: str, expected: list[str]) -> None:
    assert found(choirs, text) == expected


def test_a_town_in_the_text_goes_before_the_clients_own(choirs: Catalog) -> None:
    assert found(choirs, "kuoro", municipality="Oulu") == ["c-oulu", "d-everywhere"]
    assert found(choirs, "kuoro Äänekoskella", municipality="Oulu") == ["b-aanekoski", "d-everywhere"]


def test_the_place_is_among_the_reasons(choirs: Catalog) -> None:
    here, *_, everywhere = search(choirs, "kuoro Äänekoskella", "fi")
    assert here.reasons == (Reason(Because.WORD, ("kuoro",)), Reason(Because.MUNICIPALITY, ("Äänekoski",)))
    assert everywhere.reasons == (Reason(Because.WORD, ("kuoro",)),)
    [near] = search(choirs, "tanssi Jyväskylässä", "fi")
    assert near.reasons[1:] == (Reason(Because.NEAR, ("22", "Jyväskylä")),)


def test_a_name_of_a_place_that_leads_nowhere_is_a_word_like_others() -> None:
    theft = offer("theft", name={"fi": "Apua varkauden uhrille"})
    catalog = catalogue(organisation("riku", theft))
    assert found(catalog, "varkaus") == ["theft"]
    assert found(catalog, "varkauden uhri") == ["theft"]


# --- what says nothing


@pytest.mark.parametrize(
    "text",
    ["hei", "Moikka!", "kiitos", "Mitä kuuluu?", "hyvää huomenta", "ok", "joo", "hur mår du", "hej hej",
     "tack så mycket", "hello there", "how are you", "thank you", "😀", "..."],
)  # fmt: skip
def test_small_talk_finds_nothing(choirs: Catalog, text: str) -> None:
    talkative = catalogue(
        organisation("a", offer("it", summary=f"Hei! {text} Kiitos, hyvää huomenta, how are you."))
    )
    assert found(talkative, text) == []
    assert found(choirs, text) == []


def test_one_chance_word_of_a_long_sentence_is_not_enough(catalog: Catalog) -> None:
    assert found(catalog, "kissan viikset tärisevät talvipakkasella seura valtamerialus polkupyörä") == []
    assert found(catalog, "mistä löytyisi seuraa yksinäiselle")[:1] == ["cafe"]


def test_a_chance_likeness_in_a_description_is_not_enough() -> None:
    described = catalogue(
        organisation("a", offer("it", name={"fi": "Kerho"}, summary={"fi": "Velkaneuvonnan ilta."}))
    )
    assert found(described, "velka") == []
    assert found(described, "velkaneuvonta") == ["it"]


# --- what speaks for and against


def test_what_is_full_comes_after_its_equal_and_says_so() -> None:
    full = offer("a", capacity={"state": "full", "until": "2026-06-01"}, keywords=["kuoro"])
    catalog = catalogue(organisation("x", full), organisation("y", offer("b", keywords=["kuoro"])))
    first, last = search(catalog, "kuoro", "fi", today=date(2026, 6, 1))
    assert (first.offer.id, last.offer.id) == ("b", "a")
    assert last.reasons[-1] == Reason(Because.FULL)
    assert found(catalog, "kuoro", today=date(2026, 6, 2)) == ["a", "b"]


def test_what_is_retired_is_not_found() -> None:
    catalog = catalogue(organisation("a", offer("it", keywords=["kuoro"], retired_on="2026-01-01")))
    assert found(catalog, "kuoro") == []


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    catalog = catalogue(organisation("a", offer("it", keywords=["kuoro"])))
    assert all(one.score > 0 for one in search(catalog, text, "fi", limit=3))


def test_a_very_long_text_is_answered(choirs: Catalog) -> None:
    assert found(choirs, "kuoro " + "x" * 10_000) == found(choirs, "kuoro")


# --- the catalogue that comes with the software


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load(Path(__file__).parents[2] / "catalog" / "data")


TOPICS = [
    ("AA", "aa-ryhmat"),
    ("al-anon", "al-anon-ryhmat"),
    ("velkaneuvonta", "velkaneuvonta"),
    ("velkoja", "velkaneuvonta"),
    ("musiikki Jyväskylä", "kulttuuripaja-trombi"),
    ("kahvila Jyväskylässä", "matara-aula"),
    ("ruoka-apu", "ruoka-apu-lyydia"),
    ("toimeentulotuki", "kela-toimeentulotuki"),
    ("turvakoti", "turvakoti-keski-suomi"),
    ("kriisipuhelin", "kriisipuhelin"),
    ("rikosuhripäivystys", "riku-116006"),
    ("omaishoitaja", "omaisoiva"),
    ("Martat", "martat-arjen-taidot"),
    ("asunnoton", "hyvaks-kotikonsti"),
    ("pelaaminen", "peluuri-puhelin"),
    ("velkaneuvota", "velkaneuvonta"),
    ("skulder", "velkalinja"),
    ("gambling", "peluuri-puhelin"),
]


def test_topics_find_what_they_name_in_the_shipped_catalogue(shipped: Catalog) -> None:
    firsts = {text: found(shipped, text)[:3] for text, _ in TOPICS}
    missed = {text: firsts[text] for text, expected in TOPICS if expected not in firsts[text]}
    assert missed == {}
