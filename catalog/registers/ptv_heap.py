"""Everything that was read of PTV, in whatever order it came, until it is joined into organisations and offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

from catalog.registers import ptv_v11, ptv_v11_points, ptv_v11_texts, ptv_v12
from catalog.registers.hours import day_of
from catalog.registers.json_stream import Entries, NotJson, name_of
from catalog.registers.ptv_offers import Builder, LeftOut, Makers
from catalog.registers.ptv_reading import Kind, Reading
from catalog.registers.ptv_rows import LinkRow, PointRow, ServiceRow, bare, bare_link
from catalog.registers.report import failed
from catalog.registers.saving import Made
from catalog.registers.spool import Spool
from catalog.registers.texts import Words, string


class Heap:
    """Services and channels wait on the disk, the rest in memory."""

    def __init__(self, reading: Reading, stack: ExitStack) -> None:
        self._reading, self._report = reading, reading.report
        self.services, self._points = stack.enter_context(Spool()), stack.enter_context(Spool())
        self.makers = Makers()
        self.generals: dict[str, dict[str, Words]] = {}
        self._links: defaultdict[str, list[LinkRow | str]] = defaultdict(list)
        """Links that are entries of their own; a channel's id alone when there is nothing more to say."""
        self._backward: defaultdict[str, list[str]] = defaultdict(list)
        """Channels that name a service, for services that name no channels."""
        self._maker_of: dict[str, str] = {}
        self._gone: dict[str, str] = {}
        self._versions: dict[str, str] = {}
        self._pages: defaultdict[tuple[str, int], set[int]] = defaultdict(set)

    def read(self, path: Path, advance: Callable[[int], None]) -> None:
        """Reads one file; RegisterError when it is not whole."""
        self._reading.file = path.name
        entries = Entries(path, advance)
        kinds: set[Kind] = set()
        try:
            for entry in entries:
                kind = self._take(entry)
                kinds.add(kind)
                self._report.read[kind] += 1
        except NotJson as error:
            raise failed(path.name, str(error), error.place or entries.place) from None
        if kinds and kinds <= {"names", "error"}:
            self._report.warn(path.name, "", _USELESS["names" if "names" in kinds else "error"])
        self._page("/".join(sorted(kinds)), entries.header)

    def _page(self, kinds: str, header: dict[str, Any]) -> None:
        """Remembers which pages of how many there are."""
        number = header.get("pageNumber", header.get("page"))
        count = header.get("pageCount", header.get("totalPages"))
        if isinstance(number, int) and isinstance(count, int) and 1 < count < 100_000 and kinds:
            self._pages[kinds, count].add(number)

    def _take(self, entry: Any) -> Kind:
        if isinstance(entry, dict):
            if (kind := ptv_v11.kind(entry)) is not None:
                return self._take_v11(entry, kind)
            if (kind := ptv_v12.kind(entry)) is not None:
                return self._take_v12(entry, kind)
            if "id" in entry and "name" in entry:
                return "names"
        message = "Entries like this are not known here and were passed over."
        self._report.warn_once(self._reading.file, name_of(entry) or repr(entry)[:60], message)
        return "other"

    def _take_v11(self, entry: dict[str, Any], kind: Kind) -> Kind:
        if kind in ("service", "point") and entry.get("publishingStatus") not in (None, "", "Published"):
            self._report.left_out["not published"] += kind == "service"
        elif kind == "service":
            self._service(ptv_v11.service(entry, self._reading), "v11")
        elif kind == "point":
            self._point(ptv_v11_points.point(entry, self._reading))
        elif kind == "maker":
            row = ptv_v11.maker(entry, self._reading)
            self.makers.rows[row["id"]] = row
        elif kind == "general":
            name, texts = ptv_v11.general(entry)
            self.generals[name] = texts
        elif kind == "gone":
            self._gone[string(entry.get("id"))] = string(entry.get("archivingDate"))
        elif kind == "list":
            self._reading.towns.learn(string(entry.get("code")), ptv_v11_texts.texts(entry.get("names")))
        return kind

    def _take_v12(self, entry: dict[str, Any], kind: Kind) -> Kind:
        if kind == "service":
            self._service(ptv_v12.service(entry, self._reading), "v12")
        elif kind == "point":
            self._point(ptv_v12.point(entry, self._reading))
        elif kind == "link":
            service, link = ptv_v12.link(entry, self._reading)
            self._links[service].append(link["channel"] if bare(link) else link)
        elif kind == "maker":
            row = ptv_v12.maker(entry, self._reading)
            self.makers.rows[row["id"]] = row
        elif kind == "general":
            name, texts = ptv_v12.general(entry)
            self.generals[name] = texts
        elif kind == "gone":
            self._gone[string(entry.get("contentId"))] = ""
        elif kind == "list":
            ptv_v12.learn(entry, self._reading)
        return kind

    def _service(self, row: ServiceRow, version: str) -> None:
        """The same service may come on two pages while somebody edits it: the later one holds."""
        name = row["id"]
        self._versions.setdefault(version, self._reading.file)
        if not name:
            self._report.warn(
                self._reading.file, next(iter(row["name"].values()), ""), "The service has no id.", "id"
            )
            self._report.left_out["without an id"] += 1
            return
        if (earlier := self.services.get(name)) is not None:
            self._report.left_out["the same service again"] += 1
            if earlier["modified"] > row["modified"]:
                return
        self.services[name] = row
        self._maker_of[name] = row["maker"]
        if row["maker_name"]:
            self.makers.names.setdefault(row["maker"], row["maker_name"])

    def _point(self, row: PointRow | None) -> None:
        if row is not None and row["id"]:
            self._points[row["id"]] = row
            for service in row["services"]:
                self._backward[service].append(row["id"])

    def close(self) -> None:
        """Says what is odd about all of it together; RegisterError when the versions are mixed."""
        self._report.version = "/".join(sorted(self._versions))
        if len(self._versions) > 1:
            first, second = (self._versions[version] for version in sorted(self._versions))
            message = (
                f"It holds services of two versions of the interface: {first} is v11, {second} is v12. "
                "Their ids may differ for one service: import one version."
            )
            raise failed(str(self._report.source), message)
        for (kinds, count), numbers in self._pages.items():
            if missing := sorted(set(range(1, count + 1)) - numbers):
                told = ", ".join(map(str, missing[:10])) + (" …" if len(missing) > 10 else "")
                message = (
                    f"Pages {told} of {count} are missing ({kinds}). What they hold is taken for vanished."
                )
                self._report.warn(str(self._report.source), "", message)

    def made(self, builder: Builder) -> Iterator[Made]:
        """Every organisation with its offers."""
        together: defaultdict[str, list[str]] = defaultdict(list)
        for service, maker in self._maker_of.items():
            together[self.makers.root(maker)].append(service)
        for root, services in together.items():
            offers = (offer for name in services if (offer := self._offer(name, builder)) is not None)
            makers = {self._maker_of[name] for name in services}
            units = {one for one in makers if one != root and one in self.makers.rows}
            if root not in self.makers.rows:
                self._unknown_maker(root, services[0])
            yield self.makers.entry(root, units, self._report.version, self._reading.today), offers

    def _unknown_maker(self, maker: str, service: str) -> None:
        if not self.makers.names.get(maker):
            message = (
                f"Its organisation {maker or '(none)'} is not in the source, so nobody can tell its name."
            )
            self._report.warn("", service, message, "organization")

    def _offer(self, name: str, builder: Builder) -> dict[str, Any] | None:
        row = cast(ServiceRow, self.services[name])
        try:
            if name in self._gone and not _after(row["modified"], self._gone[name]):
                raise LeftOut("archived")
            return builder.offer(row, self._reached(row))
        except LeftOut as reason:
            self._report.left_out[str(reason)] += 1
            return None

    def _reached(self, row: ServiceRow) -> list[tuple[PointRow, LinkRow]]:
        """The channels of a service that are in the source, each once; it may name others."""
        links = row["links"] or self._links.get(row["id"]) or ()
        found: dict[str, tuple[PointRow, LinkRow]] = {}
        for one in links or self._backward.get(row["id"], ()):
            link = bare_link(one) if isinstance(one, str) else one
            if link["channel"] in found:
                continue
            if (point := self._points.get(link["channel"])) is not None:
                found[link["channel"]] = (point, link)
            else:
                self._report.read["links to channels that are not in the source"] += 1
        return list(found.values())


_USELESS = {
    "names": "It lists names and ids only. Fetch the entries themselves, for instance with Service/list.",
    "error": "It is an error that the register answered, not entries. Fetch it again.",
}


def _after(modified: str, archived: str) -> bool:
    """Whether the service was published anew after it was archived."""
    first, second = day_of(modified), day_of(archived)
    return first is not None and second is not None and first > second
