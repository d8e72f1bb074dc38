"""How fast the catalogue is with as many services as a whole country has: `python -m tests.bench.catalog_scale`.

Everything is generated from a seed: 30,000 services of 1,500 organisations in three languages, kept as an
import keeps them. Loading and questions are measured in a process of their own, one thread, so that the
memory is theirs alone; every question is asked once, after a few others to warm up.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter, process_time, thread_time
from typing import Any

from rich.console import Console
from rich.table import Table

from catalog import places
from catalog.registers import store
from tests.bench.catalog_texts import Writer

SERVICES = 30_000
ORGANISATIONS = 1_500
QUESTIONS = 1_000
WARM_UP = 50
SEED = 20260601
AREAS = (
    "money", "housing", "health", "mind", "substances", "family", "friends", "work_study", "everyday", "leisure",
    "safety", "hope",
)  # fmt: skip
TODAY = date(2026, 6, 1)
REPOSITORY = Path(__file__).parents[2]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    what: str
    measured: str
    target: str
    met: bool
    samples: int


def rows() -> list[Row]:
    """Generates the catalogue, measures it and says what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        write_catalogue(Path(folder))
        environment = os.environ | ONE_THREAD
        return [*_alone("--measure", folder, environment), *_alone("--import", folder, environment)]


def _alone(what: str, folder: str, environment: dict[str, str]) -> list[Row]:
    """Measures in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.catalog_scale", what, folder]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return [Row(**row) for row in json.loads(done.stdout)]


def table() -> Table:
    """The rows as a table for people."""
    title = f"A catalogue of {SERVICES} services; milliseconds of one core"
    found = Table("what", "measured", "target", "met", "questions", title=title)
    for row in rows():
        verdict = "" if not row.target else "yes" if row.met else "NO"
        found.add_row(row.what, row.measured, row.target, verdict, str(row.samples))
    return found


# --- the catalogue


def write_catalogue(folder: Path) -> None:
    """The shipped catalogue's frame with 30,000 generated services in it."""
    shipped = REPOSITORY / "catalog" / "data"
    for name in ("life_areas.yaml", "doors.yaml", "guidance.yaml", "crisis.yaml"):
        shutil.copy(shipped / name, folder / name)
    (folder / "organisations").mkdir()
    contents = store.Contents("ptv", "generated", "tests.bench", TODAY.isoformat(), AREAS)
    store.write(store.path_of(folder, "ptv"), _lines(), lambda: contents)


def _lines() -> Iterator[bytes]:
    """Organisations of very different sizes, each followed by its services."""
    writer = Writer(SEED)
    left = SERVICES
    for number in range(ORGANISATIONS):
        others = ORGANISATIONS - number - 1
        mean = max(left // (others + 1), 1)
        count = left if not others else min(max(int(writer.random.expovariate(1 / mean)), 1), left - others)
        left -= count
        home = writer.random.choice(places.municipalities())
        yield store.line("organisation", _organisation(writer, number, home))
        for each in range(count):
            yield store.line("offer", _service(writer, f"s{number}-{each}", home))


def _source(random: Random) -> dict[str, str]:
    return {"name": "PTV", "date": (TODAY - timedelta(days=random.randrange(900))).isoformat()}


def _organisation(writer: Writer, number: int, home: places.Municipality) -> dict[str, Any]:
    return {
        "id": f"o{number}",
        "name": {
            "fi": f"{writer.name()}n {writer.finnish('')} ry",
            "sv": f"{writer.name()} {writer.swedish()} rf",
        },
        "sector": writer.random.choice(("association", "parish", "county", "municipality", "state")),
        "about": {"fi": writer.text("fi", 2)},
        "source": _source(writer.random),
    }


def _service(writer: Writer, offer_id: str, home: places.Municipality) -> dict[str, Any]:
    random = writer.random
    nationwide = random.random() < 0.1
    county = [one.name for one in places.municipalities() if one.county == home.county]
    low = random.choice((0, 7, 13, 18, 18, 65))
    service: dict[str, Any] = {
        "id": offer_id,
        "kind": random.choice(("activity", "service", "service")),
        "name": {
            "fi": f"{writer.finnish('').capitalize()} {writer.name()}",
            "sv": writer.swedish().capitalize(),
            "en": writer.english().capitalize(),
        },
        "summary": {language: writer.text(language, 4) for language in ("fi", "sv", "en")},
        "areas": random.sample(AREAS, random.choice((1, 1, 2, 3))),
        "doors": random.sample(["take_part", "wondering", "look_together"], random.randint(0, 2)),
        "levels": random.sample(["advice", "light", "strengthening", "intensive"], random.randint(1, 4)),
        "for_whom": {
            "min_age": low,
            "max_age": random.choice((low + 11, 120)),
            "close_persons": random.random() < 0.2,
        },
        "municipalities": [] if nationwide else county if random.random() < 0.4 else [home.name],
        "nationwide": nationwide,
        "languages": random.sample(["fi", "sv", "en"], random.randint(1, 3)),
        "anonymous": random.random() < 0.2,
        "peers": random.random() < 0.2,
        "keywords": [writer.finnish("") for _ in range(4)] + [writer.swedish()],
        "leads_to": ["assessment"] if random.random() < 0.02 else [],
        "source": _source(random),
    }
    if not nationwide:
        spread = (home.latitude + random.gauss(0, 0.1), home.longitude + random.gauss(0, 0.2))
        latitude, longitude = min(max(spread[0], 59.7), 70.1), min(max(spread[1], 19.1), 31.6)
        service["place"] = {
            "address": f"{writer.name()}ntie {random.randrange(1, 99)}", "municipality": home.name,
            "latitude": round(latitude, 5), "longitude": round(longitude, 5),
        }  # fmt: skip
    if random.random() < 0.1:
        service["capacity"] = {"state": random.choice(("full", "waiting_list", "open"))}
    return service


# --- the questions


def queries(count: int) -> list[str]:
    """What people write: topics in some form, with a town, misspelt, long, or nothing at all."""
    writer = Writer(SEED + 1)
    random = writer.random
    asked = []
    for _ in range(count):
        words = [writer.finnish() for _ in range(random.choice((1, 1, 1, 2, 2, 3)))]
        kind = random.random()
        if kind < 0.25:
            words = [
                random.choice(("velka", "asunto", "työ", "perhe", "tuki", "ryhmä", "palvelu", "kuoro", "apu"))
            ]
        elif kind < 0.35:
            words = [writer.swedish() if kind < 0.3 else writer.english()]
        elif kind < 0.55:
            at = random.randrange(1, len(words[0]) - 1)
            words[0] = words[0][:at] + words[0][at + 1 :]
        elif kind < 0.65:
            words = writer.text("fi", 1).split()
        if random.random() < 0.3:
            words.append(f"{random.choice(places.municipalities()).name}ssa")
        asked.append(" ".join(words))
    return asked


def situations(count: int) -> Iterator[dict[str, Any]]:
    """What clients tell of themselves."""
    random = Random(SEED + 2)
    for _ in range(count):
        home = random.choice(places.municipalities())
        areas = random.sample(AREAS, random.randint(1, 12))
        yield {
            "ratings": {area: random.randint(1, 5) for area in areas},
            "priorities": tuple(areas[: random.randint(0, 3)]),
            "level": random.choice(("advice", "light", "strengthening", "intensive")),
            "municipality": home.name if random.random() < 0.8 else None,
            "position": (home.latitude, home.longitude) if random.random() < 0.3 else None,
            "language": random.choice(("fi", "fi@selko", "sv", "en")),
            "about": random.choice(("self", "self", "other")),
            "anonymous": random.random() < 0.5,
            "age": random.choice((None, 17, 25, 45, 70)),
        }


# --- measuring


def measure(folder: Path) -> list[Row]:
    """Loads the catalogue and asks it everything; in a process of its own."""
    from catalog.indexing import index_of
    from catalog.loading import load

    before = _memory()
    start = process_time()
    catalog = load(folder)
    loaded = process_time()
    index = index_of(catalog)
    ready = process_time()
    memory, peak = _memory() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    took = f"{loaded - start:.1f} s + {ready - loaded:.1f} s"
    held = f"{memory:.0f} MB, {peak:.0f} MB while it was built"
    size = f"{len(index.columns)} services, {len(index.words.vocabulary)} words"
    return [
        Row("size", size, "", True, 1),
        Row("load + index", took, "5 s", ready - start <= 5, 1),
        Row("memory", held, "300 MB", peak < 300, 1),
        *(_timed(name, calls) for name, calls in _questions(catalog).items()),
    ]


def measure_import(folder: Path) -> list[Row]:
    """Imports as many services, with their channels and organisations, in the shape of PTV v11."""
    from catalog.registers.ptv import import_ptv
    from tests.bench.generate_ptv import generate

    source = folder / "ptv"
    generate(source, SERVICES)
    before, start, began = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        process_time(),
        perf_counter(),
    )
    report = import_ptv(source, folder, today=TODAY)
    took, waited = process_time() - start, perf_counter() - began
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    rate = report.read["service"] / took
    told = f"{rate:.0f} services a second of one core, {waited:.0f} s by the clock, {more:.0f} MB more"
    return [Row("import", told, "2,000 a second", rate >= 2000, 1)]


def _questions(catalog: Any) -> dict[str, list[Callable[[], object]]]:
    from catalog.ranking import Situation, by_area, by_door, suggest
    from catalog.schema import Level
    from catalog.search import search

    def asked(facts: dict[str, Any]) -> Situation:
        return Situation(**{**facts, "level": Level(facts["level"])})

    told = [asked(facts) for facts in situations(WARM_UP + QUESTIONS)]
    texts = queries(WARM_UP + QUESTIONS)
    around = partial(partial, today=TODAY, limit=10)
    return {
        "suggest": [partial(suggest, catalog, one, today=TODAY, limit=8) for one in told],
        "by_area": [
            around(by_area, catalog, next(iter(one.ratings)), municipality=one.municipality) for one in told
        ],
        "by_door": [around(by_door, catalog, "take_part", municipality=one.municipality) for one in told],
        "search": [partial(search, catalog, text, "fi", limit=10) for text in texts],
    }


def _timed(name: str, calls: list[Callable[[], object]]) -> Row:
    """In milliseconds of one core's work: what other programs do on the machine is no fault of the catalogue."""
    for call in calls[:WARM_UP]:
        call()
    took, waited = [], []
    for call in calls[WARM_UP:]:
        began, start = perf_counter(), thread_time()
        call()
        took.append((thread_time() - start) * 1000)
        waited.append((perf_counter() - began) * 1000)
    cuts, clock = (quantiles(times, n=100, method="inclusive") for times in (took, waited))
    told = f"median {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, by the clock {clock[98]:.1f} ms"
    return Row(f"{name}", told, "p99 10 ms", cuts[98] <= 10, len(took))


def _memory() -> float:
    """Megabytes that are in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--measure"]:
        print(json.dumps([asdict(row) for row in measure(Path(arguments[1]))]))
    elif arguments[:1] == ["--import"]:
        print(json.dumps([asdict(row) for row in measure_import(Path(arguments[1]))]))
    else:
        Console(width=130).print(table())


if __name__ == "__main__":
    main(sys.argv[1:])
