"""Services of the national register: both versions of its interface, and what each of its traps becomes."""

from pathlib import Path

import pytest
from register_helpers import (
    DATA,
    TODAY,
    by_name,
    identifier,
    imported,
    only,
    ptv_id,
    run,
    service,
    typed,
    words,
    write,
)

from catalog.loading import check, load
from catalog.registers.ptv import import_ptv
from catalog.registers.report import Counts, ImportReport, RegisterError
from catalog.schema import ChannelKind, LifeSituation, OfferKind


def sample(folder: Path, version: str) -> ImportReport:
    return import_ptv(DATA / f"ptv-{version}", folder, today=TODAY)


# The published samples


@pytest.mark.parametrize("version", ["v11", "v12"])
def test_every_service_of_the_samples_is_there(folder: Path, version: str) -> None:
    report = sample(folder, version)
    catalogue = load(folder)
    assert report.version == version
    assert len(catalogue.offers) == report.offers.imported == report.offers.new == 9
    assert report.left_out == {"the same service again": 1, "archived": 1}
    assert not report.missed
    assert [one for one in check(folder, TODAY) if one.severity == "error"] == []


def test_a_nationwide_service_with_four_channels(folder: Path) -> None:
    sample(folder, "v11")
    offer = by_name(load(folder), "Talous- ja velkaneuvonta")
    assert (offer.kind, offer.nationwide, offer.free) == (OfferKind.SERVICE, True, True)
    assert offer.areas[0] == "money"
    assert offer.languages == ("fi", "sv", "en", "se")
    assert offer.summary.en == "Free help with money matters and debts."
    assert offer.for_whom
    assert offer.for_whom.situations == (LifeSituation.INDEBTED,)
    assert offer.get_in
    assert offer.get_in.en is None
    assert {"Velkaneuvonta", "skuldrådgivning"} <= set(offer.keywords)
    assert offer.origin
    assert offer.origin.version == "v11"
    assert (offer.source.date.isoformat(), offer.source.licence) == ("2026-10-12", "CC BY 4.0")
    phones = {channel.value: channel for channel in offer.channels if channel.kind == ChannelKind.PHONE}
    assert phones["0110000101"].languages == ("fi", "en")  # Swedish speakers have a number of their own
    assert phones["0110000102"].languages == ("sv",)
    assert phones["0110000101"].hours
    assert phones["0110000101"].hours.fi == "Ma–pe klo 9–12"
    assert phones["0110000190"].label
    assert phones["0110000190"].label.fi == "Tekstiviesti: Kirjoita viestin alkuun VELKA"
    assert "0110000104" in phones  # of this service at that office only
    assert "0110000103" not in phones


def test_the_one_place_and_its_hours(folder: Path) -> None:
    sample(folder, "v11")
    offer = by_name(load(folder), "Talous- ja velkaneuvonta")
    assert offer.place
    assert (offer.place.address, offer.place.postcode, offer.place.municipality) == (
        "Esimerkkikatu 12",
        "20100",
        "Turku",
    )
    assert offer.place.latitude == pytest.approx(60.4586, abs=1e-4)
    assert offer.place.longitude == pytest.approx(22.2675, abs=1e-4)
    assert offer.place.accessibility
    assert offer.place.accessibility.fi == "Sisäänkäynnin luona on luiska."
    assert offer.when
    assert offer.when.sv == "Tis, tors kl. 10–15 (endast med tidsbokning)"
    assert [hours.by_appointment for hours in offer.opening_hours] == [True]


def test_empty_texts_are_no_translations(folder: Path) -> None:
    sample(folder, "v11")
    offer = by_name(load(folder), "Päiväkeskustoiminta")
    assert offer.name.sv is None
    assert "friends" in offer.areas
    closed = [hours for hours in offer.opening_hours if hours.closed]
    assert [(hours.valid_from, hours.exception) for hours in closed] == [(closed[0].valid_from, True)]


def test_peers_parish_county_and_day_and_night(folder: Path) -> None:
    sample(folder, "v11")
    catalogue = load(folder)
    peers = by_name(catalogue, "Vertaisryhmä läheisensä menettäneille")
    assert peers.peers
    assert "take_part" in peers.doors
    assert peers.kind == OfferKind.ACTIVITY
    assert catalogue.organisation_of(by_name(catalogue, "Diakonian taloudellinen apu")).sector == "parish"
    emergency = by_name(catalogue, "Sosiaali- ja kriisipäivystys")
    assert emergency.municipalities == ("Aura", "Kaarina", "Parainen", "Raisio", "Salo", "Turku")
    assert emergency.when
    assert emergency.when.selko == "Auki päivällä ja yöllä"
    assert catalogue.organisation_of(emergency).sector == "county"


def test_v12_joins_what_are_entries_of_their_own(folder: Path) -> None:
    sample(folder, "v12")
    catalogue = load(folder)
    family = by_name(catalogue, "Vertaisryhmä yhden vanhemman perheille")
    assert family.place
    assert (family.place.municipality, family.place.name and family.place.name.fi) == (
        "Jyväskylä",
        "Perhetalo",
    )
    assert family.when
    assert family.when.fi == "Ti klo 17.30–19.30 (parillisilla viikoilla, 15.12.2026 asti)"
    assert catalogue.organisation_of(family).name.fi == "Verkosto"  # the alternative name is to be shown
    debts = by_name(catalogue, "Talous- ja velkaneuvonta")
    assert debts.areas[0] == "money"  # by the name of the term, which is in a reference list
    assert "0110000104" in [channel.value for channel in debts.channels]
    chat = by_name(catalogue, "Mielen tuen verkkochat")
    assert [channel.kind for channel in chat.channels][:3] == [ChannelKind.CHAT] * 3
    jobs = by_name(catalogue, "Työnhakijan neuvonta")
    assert "Utsjoki" in jobs.municipalities


def test_flat_and_wrapped_channels_are_the_same(folder: Path, tmp_path: Path) -> None:
    found = []
    for name in ("service-channel-list.json", "service-channel-list-wrapped.json"):
        source = tmp_path / name
        source.mkdir()
        for part in ("service-list.json", "organization-list.json", name):
            (source / part).write_bytes((DATA / "ptv-v11" / part).read_bytes())
        import_ptv(source, folder, today=TODAY)
        found.append(by_name(load(folder), "Talous- ja velkaneuvonta"))
    flat = {channel.value for channel in found[0].channels}
    wrapped = {channel.value for channel in found[1].channels}
    assert wrapped
    assert wrapped <= flat


def test_general_descriptions_lend_their_texts(folder: Path) -> None:
    own = service(serviceDescriptions=[], generalDescriptionId=identifier(70))
    general = {
        "id": identifier(70),
        "generalDescriptionType": "Municipality",
        "descriptions": typed("Summary", "Yleinen kuvaus.") + typed("UserInstruction", "Soita."),
    }
    run(folder, own, general)
    offer = only(folder)
    assert (offer.summary.fi, offer.get_in and offer.get_in.fi) == ("Yleinen kuvaus.", "Soita.")


# What comes again, goes and comes back


def test_an_import_takes_the_place_of_the_one_before(folder: Path) -> None:
    run(folder, service(1), service(2), service(3))
    report = run(folder, service(1), service(2, languages=["fi", "sv"]), service(4))
    assert report.offers == Counts(new=1, changed=1, unchanged=1, dropped=1)
    assert report.organisations == Counts(unchanged=1)
    assert {offer.id for offer in imported(folder)} == {ptv_id(1), ptv_id(2), ptv_id(4)}


def test_what_somebody_needs_is_retired_for_as_long_as_they_do(folder: Path) -> None:
    run(folder, service(1), service(2), service(3))
    needed = [ptv_id(1), ptv_id(2)]
    report = run(folder, service(3), in_use=needed)
    assert (report.offers.retired, report.offers.dropped) == (2, 0)
    catalogue = load(folder)
    assert [offer.id for offer in catalogue.offers] == [ptv_id(3)]
    gone = catalogue.offers_by_id[ptv_id(1)]
    assert gone.retired
    assert gone.retired_on == TODAY
    assert catalogue.organisation_of(gone).name.fi == "Apu ry"

    report = run(folder, service(3), service(2), in_use=needed)  # one comes back, the other stays away
    assert (report.offers.new, report.offers.retired) == (1, 1)
    assert {offer.id for offer in imported(folder)} == {ptv_id(2), ptv_id(3)}
    assert load(folder).offers_by_id[ptv_id(1)].retired_on == TODAY

    report = run(folder, service(3), service(2))  # nobody needs it any more
    assert (report.offers.retired, report.offers.dropped) == (0, 1)
    assert ptv_id(1) not in load(folder).offers_by_id


def test_when_nobody_knows_what_is_needed_all_of_it_is_kept(folder: Path) -> None:
    other = [{"roleType": "Responsible", "organization": {"id": identifier(901), "name": "Toinen ry"}}]
    alone = [{"roleType": "Responsible", "organization": {"id": identifier(902), "name": "Kolmas ry"}}]
    run(folder, service(1), service(2), service(3, organizations=other))
    source = write(folder.parent / "source.json", [service(1), service(4, organizations=alone, areas=[])])
    report = import_ptv(source, folder, in_use=None, today=TODAY)
    assert report.offers == Counts(unchanged=1, retired=2)
    assert report.organisations == Counts(unchanged=1, retired=1)  # the third was never needed by anybody
    report = run(folder, service(1), in_use=[ptv_id(3)])  # now it is known
    assert (report.offers, report.organisations) == (
        Counts(unchanged=1, retired=1, dropped=1),
        Counts(unchanged=1, retired=1),
    )


def test_an_organisation_that_is_gone_is_found_while_its_offer_or_itself_is_needed(folder: Path) -> None:
    other = [{"roleType": "Responsible", "organization": {"id": identifier(901), "name": "Toinen ry"}}]
    run(folder, service(1), service(2, organizations=other))
    maker = "ptv-" + identifier(901).replace("-", "")
    run(folder, service(1), in_use=[ptv_id(2)])
    catalogue = load(folder)
    assert [one.name.fi for one in catalogue.organisations] == ["Apu ry"]
    assert catalogue.organisations_by_id[maker].retired
    assert catalogue.organisation_of(catalogue.offers_by_id[ptv_id(2)]).id == maker
    run(folder, service(1), in_use=[maker])
    assert load(folder).organisations_by_id[maker].retired_on == TODAY
    run(folder, service(1))
    assert maker not in load(folder).organisations_by_id


# Traps


def test_later_of_two_wins_and_drafts_stay_out(folder: Path) -> None:
    older = service(1, modified="2026-01-01T00:00:00", serviceNames=typed("Name", "Vanha"))
    report = run(folder, service(1), older, service(2, publishingStatus="Draft"))
    assert report.left_out == {"the same service again": 1, "not published": 1}
    assert only(folder).name.fi == "Velkaneuvonta 1"


def test_archived_later_than_it_was_changed(folder: Path) -> None:
    archived = {"id": identifier(1), "archivingDate": "2026-11-01T21:00:00Z", "serviceNames": []}
    again = {"id": identifier(2), "archivingDate": "2026-01-01T21:00:00Z", "serviceNames": []}
    report = run(folder, service(1), service(2), archived, again)
    assert report.left_out == {"archived": 1}
    assert only(folder).id == ptv_id(2)


def test_a_limited_area_that_is_not_told_is_no_nation(folder: Path) -> None:
    report = run(folder, service(1, areas=[]), service(2))
    assert report.left_out == {"not known where": 1}
    maker = {
        "id": identifier(900),
        "organizationNames": typed("Name", "Apu ry"),
        "organizationType": "Organization",
        "municipality": {"code": "179", "name": words("Jyväskylä")},
    }
    run(folder, service(1, areas=None), maker)
    assert only(folder).municipalities == ("Jyväskylä",)


def test_a_county_with_no_members_told_has_those_we_know(folder: Path) -> None:
    county = {"type": "WellbeingServiceCounties", "code": "15", "municipalities": []}
    run(folder, service(areas=[county]))
    assert len(only(folder).municipalities) == 22


def test_a_channel_that_is_missing_leaves_the_service(folder: Path) -> None:
    linked = [{"serviceChannel": {"id": identifier(50), "name": "Puuttuva"}}]
    report = run(folder, service(serviceChannels=linked))
    assert only(folder).channels == ()
    assert report.read["links to channels that are not in the source"] == 1


def test_a_channel_may_name_its_service_from_the_other_end(folder: Path) -> None:
    channel = {
        "id": identifier(50),
        "serviceChannelType": "Phone",
        "serviceChannelNames": typed("Name", "Neuvontapuhelin"),
        "phoneNumbers": [{"number": "110000101", "prefixNumber": "+358", "language": "fi", "type": "Phone"}],
        "services": [{"service": {"id": identifier(1)}}],
    }
    run(folder, channel, service())
    [phone] = only(folder).channels
    assert (phone.value, phone.label and phone.label.fi) == ("0110000101", "Neuvontapuhelin")


def test_a_part_of_an_organisation_becomes_its_unit(folder: Path) -> None:
    whole = {
        "id": identifier(901),
        "organizationNames": typed("Name", "Kaupunki"),
        "organizationType": "Municipality",
    }
    part = {
        "id": identifier(900),
        "organizationNames": typed("Name", "Neuvontayksikkö"),
        "parentOrganizationId": identifier(901),
    }
    run(folder, whole, part, service())
    catalogue = load(folder)
    offer = only(folder)
    assert catalogue.organisation_of(offer).name.fi == "Kaupunki"
    unit = catalogue.unit_of(offer)
    assert unit
    assert unit.name.fi == "Neuvontayksikkö"


def test_only_for_businesses_nothing_for_us_and_unmapped_are_counted(folder: Path) -> None:
    business = service(2, targetGroups=[{"code": "KR2.3", "name": words("Yritykset")}])
    traffic = service(3, serviceClasses=[{"code": "P16.4", "name": words("Pysäköinti")}])
    strange = service(
        4,
        serviceNames=typed("Name", "Qwerty"),
        serviceClasses=[{"code": "P77", "name": words("Zxcv")}],
        ontologyTerms=[{"uri": "http://www.yso.fi/onto/koko/p1", "name": words("asdf")}],
    )
    half = service(5, lifeEvents=[{"code": "KE99", "name": words("Zxcv")}])
    report = run(folder, service(1), business, traffic, strange, half)
    assert len(imported(folder)) == 2
    assert report.left_out == {
        "for businesses or authorities only": 1,
        "about nothing that this bot guides in, by its classes": 1,
        "no area of life found for it": 1,
    }
    left_out = {"P77 Zxcv": 1, "http://www.yso.fi/onto/koko/p1 asdf": 1}
    assert report.missed == left_out
    assert report.unmapped == {**left_out, "KE99 Zxcv": 1}


def test_areas_given_by_hand_bring_an_unmapped_service_in(folder: Path) -> None:
    (folder / "editorial.yaml").write_text(f"offers:\n  {ptv_id(4)}: {{areas: [hope]}}\n", "utf-8")
    run(folder, service(4, serviceNames=typed("Name", "Qwerty"), serviceClasses=[]))
    assert only(folder).areas == ("hope",)


def test_only_the_municipalities_that_are_asked_for(folder: Path) -> None:
    everywhere = service(2, areaType="Nationwide", areas=[])
    kuopio = service(3)
    kuopio["areas"][0]["municipalities"][0]["code"] = "297"
    report = run(folder, service(1), everywhere, kuopio, municipalities=["jyväskylä"])
    assert {offer.id for offer in imported(folder)} == {ptv_id(1), ptv_id(2)}
    assert report.left_out == {"in other municipalities": 1}
    with pytest.raises(RegisterError, match="no municipality called Ankkalinna"):
        run(folder, service(1), municipalities=["Ankkalinna"])


def test_many_branches_do_not_fill_the_card(folder: Path) -> None:
    def branch(number: int) -> dict[str, object]:
        street = {
            "street": words(f"Katu {number}"),
            "postalCode": "40100",
            "municipality": {"code": "179", "name": words("Jyväskylä")},
        }
        return {
            "id": identifier(100 + number),
            "serviceChannelType": "ServiceLocation",
            "serviceChannelNames": typed("Name", f"Toimipiste {number}"),
            "addresses": [{"type": "Location", "streetAddress": street}],
            "services": [{"service": {"id": identifier(1)}}],
        }

    run(folder, service(), *(branch(number) for number in range(40)))
    offer = only(folder)
    assert len(offer.channels) == 12
    assert offer.place is None


def test_progress_only_grows_and_ends_at_the_end(folder: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    run(
        folder,
        *(service(number) for number in range(1, 900)),
        progress=lambda done, of: seen.append((done, of)),
    )
    done = [step for step, _ in seen]
    assert done == sorted(done)
    assert seen[-1][0] == seen[-1][1]
    assert len({of for _, of in seen}) == 1


# Broken input changes nothing


def test_every_kind_of_broken_source_is_an_error_and_the_catalogue_stays(
    folder: Path, tmp_path: Path
) -> None:
    run(folder, service(1))
    before = (folder / "imported" / "ptv.jsonl").read_bytes()
    whole = write(tmp_path / "whole.json", [service(1), service(2)]).read_text("utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "cut.json").write_text(whole[:-400], "utf-8")
    (tmp_path / "page.json").write_text("<html>502 Bad Gateway</html>", "utf-8")
    write(tmp_path / "names.json", {"pageNumber": 1, "itemList": [{"id": identifier(1), "name": "Nimi"}]})
    write(tmp_path / "nothing.json", {"pageNumber": 1, "pageCount": 0, "itemList": None})
    cases = {
        "empty": "holds no file",
        "cut.json": f"after entry 1 ({identifier(1)})",
        "page.json": "neither [ nor {",
        "names.json": "nothing to import",
        "nothing.json": "nothing to import",
        "missing.json": "no such file",
    }
    for name, message in cases.items():
        with pytest.raises(RegisterError) as raised:
            import_ptv(tmp_path / name, folder, today=TODAY)
        assert message in str(raised.value), name
        assert (folder / "imported" / "ptv.jsonl").read_bytes() == before, name
    assert not list((folder / "imported").glob(".*"))


def test_one_broken_page_among_many_stops_the_import(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "pages" / "1.json", [service(1)])
    (tmp_path / "pages" / "2.json").write_text('[{"id": "x"', "utf-8")
    with pytest.raises(RegisterError, match=r"2\.json"):
        import_ptv(tmp_path / "pages", folder, today=TODAY)
    assert not (folder / "imported").exists()


def test_versions_are_not_mixed(folder: Path, tmp_path: Path) -> None:
    for version in ("v11", "v12"):
        for path in (DATA / f"ptv-{version}").glob("service-*page-1.json"):
            (tmp_path / f"{version}-{path.name}").write_bytes(path.read_bytes())
    with pytest.raises(RegisterError, match="two versions of the interface"):
        import_ptv(tmp_path, folder, today=TODAY)


def test_a_missing_page_is_told(folder: Path, tmp_path: Path) -> None:
    for number in (1, 3):
        page = {"pageNumber": number, "pageSize": 1, "pageCount": 3, "itemList": [service(number)]}
        write(tmp_path / "pages" / f"{number}.json", page)
    report = import_ptv(tmp_path / "pages", folder, today=TODAY)
    assert "Pages 2 of 3 are missing" in report.warnings[0].message


def test_an_entry_that_does_not_fit_is_named_and_the_rest_is_imported(folder: Path) -> None:
    report = run(folder, service(1), service(2, languages=["fi"], id=None), "text", 5, None, {"odd": True})
    assert [offer.id for offer in imported(folder)] == [ptv_id(1)]
    told = {problem.entry: problem.message for problem in report.warnings}
    assert told["Velkaneuvonta 2"] == "The service has no id."
    assert any("not known here" in message for message in told.values())


def test_unknown_words_are_told_once_with_the_entry(folder: Path) -> None:
    odd = [service(number, serviceChargeType="Barter", areaType="Moon") for number in (1, 2)]
    channel = {"id": identifier(50), "serviceChannelType": "Pigeon", "serviceChannelNames": []}
    report = run(folder, *odd, channel)
    told = {(problem.entry, problem.field, problem.message) for problem in report.warnings}
    assert (identifier(1), "chargeType", "'Barter' is not known here and was passed over.") in told
    assert (identifier(50), "serviceChannelType", "'Pigeon' is not known here and was passed over.") in told
    assert not any(entry == identifier(2) for entry, _, _ in told)


def test_a_folder_that_holds_no_catalogue_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="Import into a folder that holds a catalogue"):
        import_ptv(write(tmp_path / "s.json", [service()]), tmp_path / "nowhere", today=TODAY)
