"""YAML without its surprises, for files that people write by hand.

A key given twice is an error, because the first one would vanish; `on`, `no`, `0800` and `8:30` stay the
words that they are, as in YAML 1.2 (PyYAML reads YAML 1.1, to which they are truth values and numbers).
"""

from __future__ import annotations

import re
from typing import Any

import yaml

_BOOL, _INT = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C is about 8 times faster
    yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in known if tag not in (_BOOL, _INT)]
        for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if (name := str(key.value)) in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"`{name}` is given twice", key.start_mark
                )
            seen.add(name)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


_Loader.add_implicit_resolver(_BOOL, re.compile("^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(_INT, re.compile("^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))


def parse(text: str) -> Any:
    """The content of a YAML text; yaml.YAMLError or ValueError when it cannot be read."""
    return yaml.load(text, _Loader)
