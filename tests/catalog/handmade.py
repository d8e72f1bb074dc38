"""Small handmade catalogues: as files to load and check, and as objects to rank and search."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from catalog.schema import Catalog, Offer, SafetyKind

TODAY = date(2026, 6, 1)
LANGUAGES = ("fi", "fi@selko", "sv", "en")

PHRASES = {
    "friends": ["kukaan ei soita enää", "ei ole ketään kenelle puhua", "viikonloput ihan yksin"],
    "money": ["velkaa on liikaa", "rahat ei riitä ruokaan", "laskut jäi taas maksamatta"],
    "health": ["en saa nukuttua öisin", "selkä on kipeä koko ajan", "väsyttää aamusta iltaan"],
    "small_talk": ["moi", "kiitos hei", "hyvää huomenta", "mitä kuuluu"],
}

Files = dict[str, dict[str, Any]]


def text(words: str) -> dict[str, str]:
    return {locale: f"{words} {locale}" for locale in LANGUAGES}


def offer(offer_id: str, **fields: Any) -> dict[str, Any]:
    """An activity in Jyväskylä for lonely people, unless `fields` say otherwise."""
    return {
        "id": offer_id,
        "kind": "activity",
        "name": text(offer_id),
        "summary": text("Summary"),
        "areas": ["friends"],
        "municipalities": ["Jyväskylä"],
        "source": {"name": "Home page", "date": "2026-01-15"},
        **fields,
    }


def organisation(organisation_id: str, *offers: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": organisation_id,
        "name": text(organisation_id),
        "sector": "association",
        "about": text("About"),
        "source": {"name": "Home page", "date": "2026-01-15"},
        "offers": list(offers),
    }


def files() -> Files:
    """A catalogue with nothing to complain about."""
    levels = ("advice", "light", "strengthening", "intensive")
    return {
        "life_areas.yaml": {
            "areas": [
                {"id": area, "symbol": "🙂", "name": text(area), "question": text("How is it")}
                for area in ("friends", "money", "health")
            ],
            "answers": [
                {"value": value, "label": text(f"Answer {value}"), "means": text("It means")}
                for value in (5, 4, 3, 2, 1)
            ],
        },
        "doors.yaml": {"doors": [{"id": "take_part", "says": text("Join"), "meaning": text("Join")}]},
        "guidance.yaml": {
            "rules": [
                {"low_at_least": 3, "strength": ["beside"], "level": "intensive"},
                {"level": "advice"},
            ],
            "level_names": {level: text(level) for level in levels},
            "level_means": {level: text(level) for level in levels},
        },
        "crisis.yaml": {
            "needs": [
                {"id": "danger", "name": text("Danger"), "contacts": ["112"], "kinds": list(SafetyKind)}
            ],
            "contacts": [
                {
                    "id": "112",
                    "name": text("Emergency"),
                    "phone": 112,
                    "needs": ["danger"],
                    "hours": text("Always"),
                    "help": text("Help comes"),
                    "if_no_answer": text("Stay on the line"),
                    "languages": ["fi", "sv", "en"],
                    "source": {"name": "112.fi", "date": "2026-05-01"},
                    "verified": {"on": "2026-05-01", "by": "Coordinator"},
                }
            ],
        },
        **{f"phrases/{name}.yaml": {"fi": said} for name, said in PHRASES.items()},
        "organisations/kello.yaml": organisation("kello", offer("cafe"), offer("club")),
    }


def write(folder: Path, contents: Files) -> Path:
    """Writes the files into the folder."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            yaml.safe_dump(_plain(content), allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
    return folder


def write_phrases(folder: Path, **more: list[str]) -> Path:
    """What people say, by area, in files of their own."""
    return write(folder, {f"phrases/{name}.yaml": {"fi": said} for name, said in (PHRASES | more).items()})


def _plain(value: Any) -> Any:
    """Enumeration members as the words that they are."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def catalogue(*organisations: dict[str, Any]) -> Catalog:
    """A catalogue of these organisations, built without files."""
    contents = files()
    return Catalog.model_validate(
        {
            **contents["life_areas.yaml"],
            **contents["doors.yaml"],
            "guidance": contents["guidance.yaml"],
            "crisis": contents["crisis.yaml"],
            "organisations": list(organisations),
        }
    )


def an_offer(offer_id: str, **fields: Any) -> Offer:
    return Offer.model_validate(offer(offer_id, **fields))
