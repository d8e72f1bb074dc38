"""What somebody writes in their own words is heard as areas of life, or honestly as none."""

import re
from pathlib import Path

import pytest

import catalog
from catalog.evaluating import ALL, evaluate, evaluate_phrases, read_sentences
from catalog.forms import fold
from catalog.recognising import LANGUAGES, LONGEST, SMALL_TALK, UNCLEAR, PhraseError, Recogniser, read_phrases

DATA = Path(catalog.__file__).parent / "data"
PHRASES, SENTENCES = DATA / "phrases", DATA / "evaluation"

FEW = {
    "money": ["laskut maksamatta", "velkaa on liikaa", "rahat loppu", "ulosotto vie palkan"],
    "friends": ["olen yksin", "ei ole ystäviä", "kukaan ei soita", "kaipaan seuraa"],
    SMALL_TALK: ["hei", "kiitos", "sataa vettä", "kissa nukkuu", "kuka voitti pelin"],
}


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser.load(PHRASES)


def heard(recogniser: Recogniser, text: str) -> list[str]:
    return [found.area for found in recogniser.areas(text)]


@pytest.mark.parametrize(
    ("says", "area"),
    [
        ("laskupino sen kun kasvaa", "money"),
        ("en oo jutellu kenenkään kaa viikkoon", "friends"),
        ("jag hittar ingen bostad", "housing"),
        ("EN OO JUTELLU KENENKÄÄN KAA VIIKKOOOON!!!", "friends"),
        ("hissi ei toimi ja lisäks vuokranantaja irtisano meidän sopimuksen", "housing"),
    ],
)
def test_a_need_is_heard_among_the_first_three(recogniser: Recogniser, says: str, area: str) -> None:
    assert area in heard(recogniser, says)


@pytest.mark.parametrize(
    "says",
    [
        "",
        "   ",
        "🙂🙂",
        "?!",
        "x" * 5000,
        "Moikka!",
        "kiitti paljon",
        "mitä kello on",
        "det snöar",
        "just testing",
    ],
)
def test_small_talk_and_nothing_at_all_are_no_need(recogniser: Recogniser, says: str) -> None:
    assert heard(recogniser, says) == []


def test_two_things_in_one_text_are_both_heard(recogniser: Recogniser) -> None:
    assert {"money", "friends"} <= set(heard(recogniser, "velat painaa, eikä mulla oo yhtään kaveria"))


def test_a_need_is_heard_in_the_middle_of_chat(recogniser: Recogniser) -> None:
    assert heard(recogniser, "hei! sataa vettä. ulosotto vie koko palkan. kiitos ja moi")[0] == "money"


def test_scores_fall_and_are_at_most_one(recogniser: Recogniser) -> None:
    found = recogniser.areas("velkaa, ulosottoa, pikavippejä, laskuja ja perintäkirjeitä " * 9, most=12)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1
    assert scores[-1] > 0
    assert len(recogniser.areas("velkaa ja yksin", most=1)) == 1


def test_what_is_beyond_the_longest_text_is_not_read(recogniser: Recogniser) -> None:
    assert heard(recogniser, "hei " * (LONGEST // 4) + "olen pahasti velkaantunut") == []


def test_a_word_said_often_counts_once() -> None:
    few = Recogniser(FEW)
    assert few.areas("velkaa velkaa velkaa") == few.areas("velkaa velkaa velkaa velkaa velkaa")


def test_the_same_phrases_give_the_same_answers() -> None:
    texts = [phrase for said in FEW.values() for phrase in said]
    assert list(map(Recogniser(FEW).areas, texts)) == list(map(Recogniser(FEW).areas, texts))


def test_no_phrases_no_small_talk_or_a_wrong_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(PhraseError, match="no phrases"):
        Recogniser.load(tmp_path)
    (tmp_path / "money.yaml").write_text("fi: [velkaa]")
    with pytest.raises(PhraseError, match=SMALL_TALK):
        Recogniser.load(tmp_path)
    for wrong in ("fi: [12]", "de: [Schulden]", "fi: velkaa", "fi: [", "- velkaa"):
        (tmp_path / "money.yaml").write_text(wrong)
        with pytest.raises(PhraseError, match=r"money\.yaml"):
            read_phrases(tmp_path)


def test_every_area_has_phrases_enough_in_each_language() -> None:
    for area, said in read_phrases(PHRASES).items():
        for language, least in zip(LANGUAGES, (150, 60, 60), strict=True):
            assert sum(spoken == language for spoken, _ in said) >= least, (area, language)


def test_no_phrase_is_written_twice_in_one_file() -> None:
    for area, said in read_phrases(PHRASES).items():
        for language in LANGUAGES:
            phrases = [phrase for spoken, phrase in said if spoken == language]
            assert len(phrases) == len(set(phrases)), (area, language)


def test_no_sentence_kept_for_evaluation_is_a_phrase() -> None:
    def bare(text: str) -> str:
        return " ".join(re.findall(r"\w+", fold(text)))

    phrases = {bare(phrase) for said in read_phrases(PHRASES).values() for _, phrase in said if " " in phrase}
    kept = {bare(sentence.says) for sentence in read_sentences(SENTENCES)}
    assert phrases & kept == set()


def test_the_sentences_kept_for_evaluation_are_heard(recogniser: Recogniser) -> None:
    shares = evaluate(recogniser, SENTENCES)[ALL].shares()
    assert shares["hit@1"] >= 0.75
    assert shares["hit@3"] >= 0.85
    assert shares["both heard"] >= 0.85
    assert shares["false alarms"] <= 0.05


def test_phrases_are_asked_of_a_recogniser_that_has_not_learnt_them(tmp_path: Path) -> None:
    for area, said in FEW.items():
        lines = "".join(f"  - {phrase}\n" for phrase in said)
        (tmp_path / f"{area}.yaml").write_text(f"fi:\n{lines}")
    (tmp_path / f"{UNCLEAR}.yaml").write_text("fi:\n  - mistä saa apua\n")
    figures = evaluate_phrases(tmp_path, parts=2)[ALL]
    assert (figures.needs, figures.small_talk) == (8, 3)
    assert figures.hit_1 < figures.needs
