"""`python -m bot.diagram`: draws docs/conversation.svg from the code of the dialogs.

The presses lead where their handlers say: the bytecode of each handler is read for the states it names, and for the
functions of the dialogs that it calls. What is one press away everywhere (help, language, the menu) is left out.
"""

from __future__ import annotations

import dis
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import FunctionType
from typing import Any

from aiogram.fsm.state import State
from aiogram_dialog import Dialog, Window
from aiogram_dialog.widgets.kbd import Button, Group, Select

import dialogs
from dialogs import common
from dialogs.common import FreeText

FOLDER = Path(__file__).resolve().parent.parent / "docs"
EVERYWHERE = {common.on_sos, common.on_language, common.on_home}
COMPARED = {"COMPARE_OP", "IS_OP", "CONTAINS_OP"}
"""A state that is only asked about is not gone to."""
FONT = 'fontname="Helvetica"'


def graph() -> str:
    """The conversation as a graph in the DOT language, the same text for the same code."""
    rooms = dialogs.build_all()
    lines = [
        "// Drawn from the code by `make diagram`; do not edit.",
        "digraph conversation {",
        f'  rankdir=LR; node [shape=box, style="rounded,filled", fillcolor="#fffdf8", {FONT}];',
        f'  edge [color="#1f6a58"]; graph [{FONT}];',
    ]
    for room in rooms:
        lines.append(f'  subgraph cluster_{room.states_group_name()} {{ label="{room.states_group_name()}";')
        lines += [f'    "{state.state}" [label="{_name(state)}"];' for state in room.states()]
        lines.append("  }")
    edges = {(state.state, target.state) for room in rooms for state, target in _edges(room)}
    lines += [f'  "{source}" -> "{target}";' for source, target in sorted(edges) if source != target]
    return "\n".join([*lines, "}", ""])


def _name(state: State) -> str:
    return str(state.state).partition(":")[2]


def _edges(room: Dialog) -> Iterator[tuple[State, State]]:
    for state, window in room.windows.items():
        assert isinstance(window, Window)
        for handler in [*_handlers(window.keyboard), *_texts(window.on_message)]:
            for target in reached(handler, set()):
                yield state, target


def _handlers(widget: Any) -> Iterator[FunctionType]:
    """The functions behind the buttons of a keyboard, but for those of the footer."""
    if isinstance(widget, Group):
        for each in widget.buttons:
            yield from _handlers(each)
    elif isinstance(widget, Button | Select):
        found = getattr(widget.on_click, "callback", None)
        if isinstance(found, FunctionType) and found not in EVERYWHERE:
            yield found


def _texts(widget: Any) -> Iterator[FunctionType]:
    for each in getattr(widget, "inputs", [widget]):
        if isinstance(each, FreeText) and isinstance(each.on_text, FunctionType):
            yield each.on_text


def reached(handler: FunctionType, seen: set[FunctionType]) -> Iterator[State]:
    """The states that a handler names, itself or through functions of the dialogs that it calls."""
    seen.add(handler)
    cells = zip(handler.__code__.co_freevars, handler.__closure__ or (), strict=True)
    kept = {name: cell.cell_contents for name, cell in cells}
    found: Any = None
    steps = list(dis.get_instructions(handler))
    for step, following in pairwise(steps):
        if step.opname in {"LOAD_GLOBAL", "LOAD_DEREF"}:
            found = kept.get(step.argval, handler.__globals__.get(step.argval))
        elif step.opname in {"LOAD_ATTR", "LOAD_METHOD"}:
            found = getattr(found, str(step.argval), None)
        else:
            continue
        if isinstance(found, State) and following.opname not in COMPARED:
            yield found
        elif isinstance(found, FunctionType) and found.__module__.startswith("dialogs") and found not in seen:
            yield from reached(found, seen)


def main() -> int:
    """Write the graph, and the picture of it where Graphviz is installed."""
    source = FOLDER / "conversation.dot"
    source.write_text(graph(), encoding="utf-8")
    if shutil.which("dot") is None:
        print("conversation.dot is written; install graphviz to draw the picture")
        return 1
    subprocess.run(["dot", "-Tsvg", "-o", FOLDER / "conversation.svg", source], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
