"""The picture of the conversation is that of the code."""

from pathlib import Path

from bot.diagram import graph

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_the_committed_picture_is_not_stale() -> None:
    assert (DOCS / "conversation.dot").read_text("utf-8") == graph(), "draw it anew: make diagram"
    assert (DOCS / "conversation.svg").exists()


def test_ways_through_the_conversation_are_in_it() -> None:
    drawn = graph()
    for source, target in (
        ("CheckIn:area", "CheckIn:words"),
        ("CheckIn:area", "Reflection:priorities"),
        ("Reflection:summary", "Suggestions:level"),
        ("Suggestions:card", "Consent:intro"),
        ("Consent:preview", "Consent:sent"),
        ("Matters:forget", "Matters:forgotten"),
    ):
        assert f'"{source}" -> "{target}"' in drawn
    assert '"Menu:main" -> "Reflection:summary"' not in drawn
