"""The catalogue keeper, on small projects in temporary folders."""

from __future__ import annotations

import gettext
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.messages import LOCALES, check, extract, main, po_path, update

CODE = """
title = _("Mitä sinulle kuuluu?")
greeting = Tr("Hei, <b>{name}</b>!")
count = ngettext("Sinulla on yksi viesti.", "Sinulla on {count} viestiä.", count + 1)
lines = NTr("{count} rivi\\n", "{count} riviä\\n", 3)
month = pgettext("verb", "Kuusi")
later = N_("Myöhemmin")
"""
ENGLISH = {
    "Mitä sinulle kuuluu?": ["How are you?"],
    "Hei, <b>{name}</b>!": ["Hello <b>{name}</b>!"],
    "Sinulla on yksi viesti.": ["You have one message.", "You have {count} messages."],
    "{count} rivi\\n": ["{count} line\\n", "{count} lines\\n"],
    "Kuusi": ["Six"],
    "Myöhemmin": ["Later"],
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose catalogues are complete."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "dialogs").mkdir()
    write_code(tmp_path, CODE)
    extract(tmp_path)
    update(tmp_path)
    for locale in LOCALES[1:]:
        for message, forms in ENGLISH.items():
            translate(tmp_path, locale, message, *forms)
    assert check(tmp_path) == []
    return tmp_path


def write_code(root: Path, code: str) -> None:
    (root / "dialogs" / "welcome.py").write_text(code, "utf-8")


def translate(root: Path, locale: str, message: str, *forms: str) -> None:
    """Fill in what stands empty after a message id, as a translator does in an editor."""
    path = po_path(root, locale)
    before, mark, after = path.read_text("utf-8").partition(f'msgid "{message}"\n')
    assert mark, f"{message} is not in {path}"
    entry, end, rest = after.partition("\n\n")
    for number, form in enumerate(forms):
        name = "msgstr" if len(forms) == 1 else f"msgstr[{number}]"
        entry = "\n".join(
            f'{name} "{form}"' if line.startswith(f"{name} ") else line for line in entry.splitlines()
        )
    path.write_text(before + mark + entry + end + rest, "utf-8")


def replace(root: Path, locale: str, old: str, new: str) -> None:
    path = po_path(root, locale)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_all_keywords_are_extracted(project: Path) -> None:
    template = (project / "locales/rinnalla.pot").read_text("utf-8")
    for message in ENGLISH:
        assert f'msgid "{message}"' in template
    assert 'msgid_plural "Sinulla on {count} viestiä."' in template
    assert 'msgctxt "verb"' in template


def test_files_change_only_when_messages_do(project: Path) -> None:
    files = [project / "locales/rinnalla.pot", *(po_path(project, locale) for locale in LOCALES)]
    before = [path.read_bytes() for path in files]
    write_code(project, "\n\n\n" + CODE)
    extract(project)
    update(project)
    assert [path.read_bytes() for path in files] == before
    assert "Date" not in before[0].decode()
    assert "#: dialogs/welcome.py\n" in before[0].decode()


def test_finnish_is_filled_in_and_may_be_reworded(project: Path) -> None:
    translate(project, "fi", "Myöhemmin", "Palataan tähän")
    update(project)
    text = po_path(project, "fi").read_text("utf-8")
    assert 'msgstr "Palataan tähän"' in text
    assert 'msgstr[1] "Sinulla on {count} viestiä."' in text
    assert check(project) == []


def test_changed_message_is_asked_anew_and_the_old_one_goes(project: Path) -> None:
    write_code(project, CODE.replace("Mitä sinulle kuuluu?", "Mitä sinulle kuuluu nyt?"))
    assert "sv: 6 messages, 1 to translate, 1 dropped" in update(project)
    text = po_path(project, "sv").read_text("utf-8")
    assert "fuzzy" not in text
    assert "How are you?" not in text
    assert any("is not translated" in problem for problem in check(project))


def test_translator_comments_are_kept(project: Path) -> None:
    replace(
        project,
        "sv",
        'msgid "Myöhemmin"',
        '# Short: it is a button.\n#: dialogs/welcome.py\nmsgid "Myöhemmin"',
    )
    update(project)
    assert "# Short: it is a button." in po_path(project, "sv").read_text("utf-8")


def test_stale_template_and_catalogues_are_noticed(project: Path) -> None:
    write_code(project, CODE + '_("Uusi lause")\n')
    problems = check(project)
    assert "locales/rinnalla.pot: differs from the code; run make messages" in problems
    assert sum("lacks “Uusi lause”" in problem for problem in problems) == len(LOCALES)
    write_code(project, CODE.replace('N_("Myöhemmin")', "None"))
    assert any("“Myöhemmin” is not in the code" in problem for problem in check(project))


def test_changed_plural_is_noticed(project: Path) -> None:
    write_code(project, CODE.replace("{count} viestiä", "{count} uutta viestiä"))
    assert any("lacks “Sinulla on yksi viesti.”" in problem for problem in check(project))


def test_missing_catalogue_is_noticed(project: Path) -> None:
    po_path(project, "sv").unlink()
    assert check(project) == ["locales/sv/LC_MESSAGES/rinnalla.po: missing; run make messages"]


@pytest.mark.parametrize(
    ("message", "forms", "problem"),
    [
        ("Myöhemmin", [""], "is not translated"),
        ("Sinulla on yksi viesti.", ["You have one message.", ""], "is not translated"),
        ("Hei, <b>{name}</b>!", ["Hello <b>friend</b>!"], "lacks {name}"),
        (
            "Hei, <b>{name}</b>!",
            ["Hello <b>{name}</b> {family}!"],
            "has {family}, which the original has not",
        ),
        ("Hei, <b>{name}</b>!", ["Hello <b>{name</b>!"], "is malformed"),
        ("Hei, <b>{name}</b>!", ["Hello <b>{}</b>!"], "is malformed: {} is not a plain name"),
        ("Hei, <b>{name}</b>!", ["Hello {name}!"], "has other HTML tags than the original"),
        ("Hei, <b>{name}</b>!", ["Hello <i>{name}</i>!"], "has other HTML tags than the original"),
        ("Hei, <b>{name}</b>!", ["Hello <b>{name}!"], "is malformed: <b> is not closed"),
        ("Hei, <b>{name}</b>!", ["Hello <b><i>{name}</b></i>!"], "is malformed: </b> closes nothing"),
        ("Hei, <b>{name}</b>!", ["Hello <p>{name}</p>!"], "is malformed: Telegram has no tag <p>"),
        ("Sinulla on yksi viesti.", ["One", "Many"], "lacks {count}"),
        ("Myöhemmin", ["Later "], "begins or ends with other white space than the original"),
        ("{count} rivi\\n", ["{count} line", "{count} lines"], "begins or ends with other white space"),
    ],
)
def test_bad_translation_is_noticed(project: Path, message: str, forms: list[str], problem: str) -> None:
    translate(project, "en", message, *forms)
    found = check(project)
    assert found
    assert all(line.startswith("locales/en/LC_MESSAGES/rinnalla.po:") for line in found)
    assert any(problem in line for line in found)


def test_plural_may_count_where_the_original_says_one(project: Path) -> None:
    translate(project, "sv", "Sinulla on yksi viesti.", "{count} meddelande.", "{count} meddelanden.")
    assert check(project) == []


def test_wrong_number_of_plural_forms_is_noticed(project: Path) -> None:
    last = 'msgstr[1] "You have {count} messages."\n'
    replace(project, "en", last, last + 'msgstr[2] "You have very many messages, {count}."\n')
    assert ["cannot be read" in problem for problem in check(project)] == [True]
    replace(project, "en", "nplurals=2; plural=(n != 1)", "nplurals=3; plural=n%3")
    assert any("counts 3 plural forms, the language has 2" in problem for problem in check(project))


def test_missing_plural_form_is_noticed(project: Path) -> None:
    replace(project, "en", 'msgstr[1] "You have {count} messages."\n', "")
    assert any("is not translated" in problem for problem in check(project))


def test_fuzzy_is_noticed_and_not_cleared_by_an_update(project: Path) -> None:
    replace(project, "sv", 'msgid "Myöhemmin"', '#, fuzzy\nmsgid "Myöhemmin"')
    update(project)
    assert [problem.split("” ")[1] for problem in check(project)] == ["is marked fuzzy"]


@pytest.mark.parametrize(
    "call",
    [
        'Tr(f"Hei {name}")',
        '_("Hei " + name)',
        '_("Hei {}".format(name))',
        '_("Hei %s" % name)',
        'self.t.ngettext("yksi", f"{n}", n)',
    ],
)
def test_text_that_cannot_be_extracted_is_noticed(project: Path, call: str) -> None:
    (project / "bot" / "cards.py").write_text(f"def card(name, n):\n    return {call}\n", "utf-8")
    assert any(
        problem.startswith("bot/cards.py:2: ") and "one plain string" in problem for problem in check(project)
    )


def test_malformed_text_in_the_code_is_noticed(project: Path) -> None:
    write_code(project, CODE + '_("Hei {nimi")\n')
    update(project)
    assert any("is malformed in the code" in problem for problem in check(project))


def test_plain_finnish_is_a_language_of_its_own_to_gettext(project: Path) -> None:
    translate(project, "fi@selko", "Sinulla on yksi viesti.", "Sait viestin.", "Sait {count} viestiä.")
    compiled = BytesIO()
    with po_path(project, "fi@selko").open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    assert translations.ngettext("Sinulla on yksi viesti.", "", 1) == "Sait viestin."
    assert translations.ngettext("Sinulla on yksi viesti.", "", 5) == "Sait {count} viestiä."


def test_command_says_what_is_wrong_and_fails(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    assert main(["check"]) == 0
    write_code(project, CODE + '_("Uusi lause")\n')
    assert main(["extract", "update", "check"]) == 1
    printed = capsys.readouterr().out
    assert "fi: 7 messages, 0 to translate, 0 dropped" in printed
    assert "locales/en/LC_MESSAGES/rinnalla.po:" in printed


def test_unreadable_catalogue_is_one_line_not_a_traceback(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    replace(project, "sv", 'msgstr "Later"\n', "")
    assert main(["update"]) == 1
    assert "cannot be read" in capsys.readouterr().out
    assert main(["check"]) == 1
    assert "locales/sv/LC_MESSAGES/rinnalla.po:" in capsys.readouterr().out
