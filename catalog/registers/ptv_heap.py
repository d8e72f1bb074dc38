"""Everything that was read of PTV, in whatever order it came, until it is joined into organisations and offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

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
    """Services and all that there may be as many of wait on the disk, the rest in memory."""

    def __init__(self, reading: Reading, stack: ExitStack) -> None:
        self._reading, self._report = reading, reading.report

        def spool() -> Spool:
            return stack.enter_context(Spool())

        self.services, self._points, self._gone = spool(), spool(), spool()
        self._links = spool()
        """Links that are entries of their own; a channel's id alone when there is nothing more to say."""
        self._backward = spool()
        """Channels that name a service, for services that name no channels."""
        self.makers = Makers(spool())
        self.generals: dict[str, dict[str, Words]] = {}
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
            self.makers.rows.put(row["id"], row)
        elif kind == "general":
            name, texts = ptv_v11.general(entry)
            self.generals[name] = texts
        elif kind == "gone":
            self._gone.put(string(entry.get("id")), string(entry.get("archivingDate")))
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
            channel = link["channel"]
            self._links.put(f"{service}\n{channel}", channel if bare(link) else link, owner=service)
        elif kind == "maker":
            row = ptv_v12.maker(entry, self._reading)
            self.makers.rows.put(row["id"], row)
        elif kind == "general":
            name, texts = ptv_v12.general(entry)
            self.generals[name] = texts
        elif kind == "gone":
            self._gone.put(string(entry.get("contentId")), "")
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
        if not self.services.add(name, row, owner=row["maker"]):
            self._report.left_out["the same service again"] += 1
            if self.services.get(name)["modified"] > row["modified"]:
                return
            self.services.put(name, row, owner=row["maker"])
        if row["maker_name"]:
            self.makers.names.setdefault(row["maker"], row["maker_name"])

    def _point(self, row: PointRow | None) -> None:
        if row is not None and row["id"]:
            self._points.put(row["id"], row)
            for service in row["services"]:
                self._backward.put(f"{service}\n{row['id']}", row["id"], owner=service)

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
        for maker in self.services.owners():
            together[self.makers.root(maker)].append(maker)
        for root, makers in together.items():
            units = {one for one in makers if one != root and self.makers.row(one)}
            if self.makers.row(root) is None:
                self._unknown_maker(root, next(self.services.of(makers[0]))["id"])
            services = (row for maker in makers for row in self.services.of(maker))
            offers = (offer for row in services if (offer := self._offer(row, builder)) is not None)
            yield self.makers.entry(root, units, self._report.version, self._reading.today), offers

    def _unknown_maker(self, maker: str, service: str) -> None:
        if not self.makers.names.get(maker):
            message = (
                f"Its organisation {maker or '(none)'} is not in the source, so nobody can tell its name."
            )
            self._report.warn("", service, message, "organization")

    def _offer(self, row: ServiceRow, builder: Builder) -> dict[str, Any] | None:
        try:
            archived = self._gone.get(row["id"])
            if archived is not None and not _after(row["modified"], archived):
                raise LeftOut("archived")
            return builder.offer(row, self._reached(row))
        except LeftOut as reason:
            self._report.left_out[str(reason)] += 1
            return None

    def _reached(self, row: ServiceRow) -> list[tuple[PointRow, LinkRow]]:
        """The channels of a service that are in the source, each once; it may name others."""
        name = row["id"]
        links = row["links"] or list(self._links.of(name)) or self._backward.of(name)
        found: dict[str, tuple[PointRow, LinkRow]] = {}
        for one in links:
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
