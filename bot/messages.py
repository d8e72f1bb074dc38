"""Keeps the message catalogues true to the code: `python -m bot.messages extract update check`.

Finnish sentences in the code are the message ids. Babel's own commands would do most of this, but they write
dates and line numbers that change without cause, guess at translations, and check neither placeholders nor
tags.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, read_po, write_po

SOURCES = ("bot", "dialogs")
LOCALES = ("fi", "fi@selko", "sv", "en")
SOURCE_LOCALE = "fi"
TEMPLATE = Path("locales/rinnalla.pot")
WIDTH = 100

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "N_": None,
    "Tr": None,
    "Label": None,
    "ngettext": (1, 2),
    "NTr": (1, 2),
    "pgettext": ((1, "c"), 2),
}
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)[^<>]*>")
TELEGRAM_TAGS = frozenset(
    (
        "b",
        "strong",
        "i",
        "em",
        "u",
        "ins",
        "s",
        "strike",
        "del",
        "a",
        "code",
        "pre",
        "blockquote",
        "tg-spoiler",
    )
)


class Malformed(ValueError):
    """A text that could not be filled in or sent."""


def template(root: Path) -> Catalog:
    """Every message in the code, in the order of files and lines."""
    catalog = Catalog(fuzzy=False)
    for folder in SOURCES:
        found = extract_from_dir(
            root / folder,
            method_map=[("**.py", "python")],
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
        )
        for file, line, message, comments, context in found:
            catalog.add(message, None, [(f"{folder}/{file}", line)], auto_comments=comments, context=context)
    return catalog


def po_path(root: Path, locale: str) -> Path:
    return root / "locales" / locale / "LC_MESSAGES" / "rinnalla.po"


def extract(root: Path) -> None:
    """Write the template, which translators' tools start from."""
    _write(root / TEMPLATE, template(root), None)


def update(root: Path) -> list[str]:
    """Give each catalogue the messages of the code, and say what is left to translate.

    A translation is kept only under the very same message id: a guess at a text that has changed could reach
    a client unread. Finnish is filled in from the ids, for an operator to reword.
    """
    wanted, report = template(root), []
    for locale in LOCALES:
        path = po_path(root, locale)
        old = _read(path, locale)
        new = _updated(wanted, old, fill=locale == SOURCE_LOCALE)
        _write(path, new, locale)
        missing = sum(not all(_forms(message)) for message in _messages(new))
        dropped = sum(new.get(_key(message), message.context) is None for message in _messages(old))
        report.append(f"{locale}: {len(new)} messages, {missing} to translate, {dropped} dropped")
    return report


def check(root: Path) -> list[str]:
    """All that keeps the catalogues from being complete and safe to send, one line each."""
    expected = template(root)
    problems = list(_unreadable(root))
    path = root / TEMPLATE
    if not path.exists() or path.read_text("utf-8") != _text(expected, None):
        problems.append(f"{TEMPLATE}: differs from the code; run make messages")
    for locale in LOCALES:
        path = po_path(root, locale)
        name = path.relative_to(root)
        problems += [f"{name}{problem}" for problem in _catalogue_problems(path, locale, expected)]
    return problems


def _catalogue_problems(path: Path, locale: str, expected: Catalog) -> Iterator[str]:
    if not path.exists():
        yield ": missing; run make messages"
        return
    try:
        catalog = _read(path, locale)
    except PoFileError as error:
        yield f":{error.lineno + 1}: cannot be read: {error}"
        return
    forms = get_plural(locale.partition("@")[0]).num_plurals
    if catalog.num_plurals != forms:
        yield f": counts {catalog.num_plurals} plural forms, the language has {forms}; run make messages"
    for message in _messages(expected):
        found = catalog.get(_key(message), message.context)
        if found is None or found.id != message.id:
            yield f": lacks “{_short(message)}”; run make messages"
    for message in _messages(catalog):
        known = expected.get(_key(message), message.context)
        if known is None or known.id != message.id:
            yield f":{message.lineno}: “{_short(message)}” is not in the code; run make messages"
        else:
            for problem in _message_problems(message):
                yield f":{message.lineno}: “{_short(message)}” {problem}"


def _message_problems(message: Message) -> Iterator[str]:
    ids = _ids(message)
    forms = _forms(message)
    if message.fuzzy:
        yield "is marked fuzzy"
    if not all(forms):
        yield "is not translated"
        return
    try:
        names, tags = [_placeholders(text) for text in ids], [_tags(text) for text in ids]
    except Malformed as problem:
        yield f"is malformed in the code: {problem}"
        return
    for index, form in enumerate(forms):
        # The last form is the general one; another may leave out what only the plural needs ("one message").
        needed = names[-1] if index == len(forms) - 1 else set.intersection(*names)
        yield from _form_problems(form, needed, set.union(*names), tags)
        if _edges(form) != _edges(ids[-1]):
            yield "begins or ends with other white space than the original"


def _form_problems(form: str, needed: set[str], known: set[str], tags: list[Counter[str]]) -> Iterator[str]:
    try:
        names, own_tags = _placeholders(form), _tags(form)
    except Malformed as problem:
        yield f"is malformed: {problem}"
        return
    if lost := needed - names:
        yield f"lacks {_listed(lost)}"
    if unknown := names - known:
        yield f"has {_listed(unknown)}, which the original has not"
    if own_tags not in tags:
        yield "has other HTML tags than the original"


def _placeholders(text: str) -> set[str]:
    try:
        names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise Malformed(str(error)) from None
    if unnamed := {name for name in names if not name.isidentifier()}:
        raise Malformed(f"{_listed(unnamed)} is not a plain name")
    return names


def _tags(text: str) -> Counter[str]:
    """How many of each tag; they must be tags that Telegram knows, closed in the right order."""
    count: Counter[str] = Counter()
    still_open: list[str] = []
    for closing, name in TAG.findall(text):
        if name not in TELEGRAM_TAGS:
            raise Malformed(f"Telegram has no tag <{name}>")
        if not closing:
            count[name] += 1
            still_open.append(name)
        elif not still_open or still_open.pop() != name:
            raise Malformed(f"</{name}> closes nothing")
    if still_open:
        raise Malformed(f"<{still_open[-1]}> is not closed")
    return count


def _unreadable(root: Path) -> Iterator[str]:
    """Calls whose text Babel cannot see, so that it would silently stay Finnish in every language."""
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and _called(node.func) in KEYWORDS
                    and any(map(_is_built, node.args))
                ):
                    place = f"{path.relative_to(root)}:{node.lineno}"
                    yield f"{place}: {_called(node.func)}() needs the whole text as one plain string"


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _is_built(argument: ast.expr) -> bool:
    """Put together at run time: an f-string, a sum of strings, or "…".format()."""
    if isinstance(argument, ast.BinOp):
        return any(_is_text(side) for side in (argument.left, argument.right))
    if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute):
        return _is_text(argument.func.value)
    return isinstance(argument, ast.JoinedStr)


def _is_text(expression: ast.expr) -> bool:
    is_string = isinstance(expression, ast.Constant) and isinstance(expression.value, str)
    return is_string or isinstance(expression, ast.JoinedStr)


def _updated(wanted: Catalog, old: Catalog, *, fill: bool) -> Catalog:
    new = Catalog(fuzzy=False)
    for message in _messages(wanted):
        previous = old.get(_key(message), message.context)
        kept = previous if previous is not None and previous.id == message.id else None
        text = kept.string if kept and any(_forms(kept)) else None
        new.add(
            message.id,
            message.id if fill and text is None else text,
            message.locations,
            flags={"fuzzy"} if kept and kept.fuzzy else (),
            auto_comments=message.auto_comments,
            user_comments=kept.user_comments if kept else (),
            context=message.context,
        )
    return new


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _key(message: Message) -> str:
    return _ids(message)[0]


def _forms(message: Message) -> tuple[str, ...]:
    string = message.string
    return tuple(text or "" for text in string) if isinstance(string, list | tuple) else (string or "",)


def _read(path: Path, locale: str) -> Catalog:
    if not path.exists():
        return Catalog(locale)
    return read_po(BytesIO(path.read_bytes()), locale=locale, abort_invalid=True)


def _write(path: Path, catalog: Catalog, locale: str | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(catalog, locale), "utf-8")


def _text(catalog: Catalog, locale: str | None) -> str:
    """The file under a header of our own: Babel's carries dates and versions that change without cause."""
    fields = ["Project-Id-Version: rinnalla"]
    if locale:
        plural = get_plural(locale.partition("@")[0])
        fields += [f"Language: {locale}", f"Plural-Forms: {plural.plural_forms}"]
    fields += [
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    header = ['msgid ""', 'msgstr ""', *(f'"{field}\\n"' for field in fields), "", ""]
    body = BytesIO()
    write_po(body, catalog, width=WIDTH, omit_header=True, sort_by_file=True, include_lineno=False)
    return "\n".join(header) + body.getvalue().decode()


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _short(message: Message) -> str:
    line = " ".join(_key(message).split())
    return line if len(line) <= 50 else line[:49] + "…"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bot.messages", description="Keep the message catalogues true."
    )
    parser.add_argument(
        "steps", nargs="+", choices=("extract", "update", "check"), metavar="extract|update|check"
    )
    steps = parser.parse_args(arguments).steps
    try:
        problems = [problem for step in steps for problem in _run(step, Path.cwd())]
    except PoFileError as error:
        problems = [f"a catalogue cannot be read ({error}): {error.line}; run check to see which"]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


def _run(step: str, root: Path) -> list[str]:
    if step == "check":
        return check(root)
    if step == "extract":
        extract(root)
    else:
        print(*update(root), sep="\n")
    return []


if __name__ == "__main__":
    sys.exit(main())
