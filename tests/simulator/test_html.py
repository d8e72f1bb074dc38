"""Telegram's HTML: what comes out of it, and what it says against it."""

import pytest

from bot.simulator.markup import detect, to_html
from bot.simulator.parsing import cleaned, parse_html, trimmed


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("hei", "hei", []),
        ("<b>hei</b>", "hei", [("bold", 0, 3)]),
        ("<B>hei</b >", "hei", [("bold", 0, 3)]),
        ("😀 <i>hei</i>", "😀 hei", [("italic", 3, 3)]),
        ("<b>a<i>b</i></b>c", "abc", [("bold", 0, 2), ("italic", 1, 1)]),
        ("1 &lt; 2 &amp; 3 &gt; 2 &quot;ok&quot; &#228;&#xe4;", '1 < 2 & 3 > 2 "ok" ää', []),
        ("&nbsp; & &copy;", "&nbsp; & &copy;", []),
        ('<a href="https://a.fi">a</a>', "a", [("text_link", 0, 1)]),
        ("<a href='https://a.fi?b=1&amp;c=2'>a</a>", "a", [("text_link", 0, 1)]),
        ('<a href="tel:+358401234567">soita</a>', "soita", []),
        ("<u>a</u><s>b</s><ins>c</ins><del>d</del>", "abcd", None),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("<code>a</code>", "a", [("code", 0, 1)]),
        ('<pre><code class="language-python">a</code></pre>', "a", [("pre", 0, 1)]),
        ('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>', "👍", [("custom_emoji", 0, 2)]),
        ("<b></b>a", "a", []),
    ],
)
def test_reads_what_telegram_reads(source, text, entities):
    found_text, found = parse_html(source)
    assert found_text == text
    if entities is not None:
        assert [(e["type"], e["offset"], e["length"]) for e in found] == entities


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a<br>b", 'Unsupported start tag "br" at byte offset 1'),
        ("ä<p>b</p>", 'Unsupported start tag "p" at byte offset 2'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a ='x'>a</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=a/b>a</a>", "Unexpected end of name token at byte offset 8"),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<b><i>test</b></i>", 'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified"),
    ],
)
def test_complains_as_telegram_does(source, complaint):
    with pytest.raises(ValueError) as error:  # noqa: PT011 (compared below, in full)
        parse_html(source)
    assert str(error.value) == complaint


def test_language_of_code_is_kept():
    _, [entity] = parse_html('<pre><code class="language-python">a</code></pre>')
    assert entity["language"] == "python"


def test_blank_ends_are_cut():
    text, entities = parse_html(" \n <b> hei </b> \n")
    assert trimmed(text, entities) == ("hei", [{"type": "bold", "offset": 0, "length": 3}])


def test_entities_of_blanks_only_go():
    text, entities = parse_html("a <b> </b> b")
    assert trimmed(text, entities) == ("a   b", [])


def test_control_characters_become_spaces():
    assert cleaned("a\tb\r\nc\u202ed") == "a b\ncd"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("/start KOODI", ["bot_command"]),
        ("/start@example_bot", ["bot_command"]),
        ("ja/tai", []),
        ("katso https://esimerkki.fi/a, ja www.esimerkki.fi.", ["url", "url"]),
        ("kysy@esimerkki.fi", ["email"]),
        ("@example_bot #apu", ["mention", "hashtag"]),
        ("soita +358 40 123 4567 tai 112", ["phone_number"]),
    ],
)
def test_finds_commands_and_links_itself(text, kinds):
    assert [entity["type"] for entity in detect(text)] == kinds


def test_finds_nothing_inside_code():
    assert [e["type"] for e in detect("/start", [{"type": "code", "offset": 0, "length": 6}])] == ["code"]


def test_html_for_people_is_safe_and_nested():
    text, entities = parse_html('<b>😀 &lt;i&gt; <i>a</i></b> <a href="https://a.fi/?b=&quot;">l</a>')
    shown = '<b>😀 &lt;i&gt; <i>a</i></b> <a href="https://a.fi/?b=&quot;">l</a>'
    assert to_html(text, entities) == shown
    assert to_html("a@b.fi", detect("a@b.fi")) == '<a href="mailto:a@b.fi">a@b.fi</a>'
    assert (
        to_html("+358401234567", detect("+358401234567")) == '<a href="tel:+358401234567">+358401234567</a>'
    )
