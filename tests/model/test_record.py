"""What the shipped record says about releases that people know."""

import re
from datetime import date

import pytest

from dockswitch.model import record, shipped
from dockswitch.model.version import Version


def test_a_release_is_dated_and_knows_its_api() -> None:
    known = record.find(Version.parse("17.06.0-ce-rc2"))
    assert known is not None
    assert (known.released, known.channel, known.pre) == (date(2017, 6, 7), "test", True)
    assert (known.api, known.min_api) == ("1.30", "1.12")
    assert known.source == "moby/moby@v17.06.0-ce-rc2"


@pytest.mark.parametrize("spelling", ["17.06.0", "17.06.0-ce", "17.06.0+dfsg1"])
def test_a_release_is_found_however_it_is_spelled(spelling: str) -> None:
    known = record.find(Version.parse(spelling))
    assert known is not None
    assert str(known.version) == "17.06.0-ce"


def test_what_nobody_released_is_not_found() -> None:
    assert record.find(Version.parse("17.08.0-ce")) is None


@pytest.mark.parametrize(
    ("spelling", "limits"),
    [("17.03.2-ce", ("cgroup-v2",)), ("19.03.15", ("cgroup-v2",)), ("20.10.0", ()), ("29.7.2", ())],
)
def test_old_engines_cannot_run_on_cgroup_v2(spelling: str, limits: tuple[str, ...]) -> None:
    known = record.find(Version.parse(spelling))
    assert known is not None
    assert known.cannot_run_on == limits


@pytest.mark.parametrize(
    ("spelling", "channel"),
    [("1.13.1", "legacy"), ("17.05.0-ce", "edge"), ("20.10.27", ""), ("29.7.2", "stable")],
)
def test_each_release_has_the_channel_it_came_out_in(spelling: str, channel: str) -> None:
    known = record.find(Version.parse(spelling))
    assert known is not None
    assert known.channel == channel
    assert known.published is (channel != "")


def test_twenty_eight_tags_were_never_published() -> None:
    assert sum(not known.published for known in record.releases()) == 28


def test_a_file_that_was_replaced_has_two_right_digests() -> None:
    assert record.digests("linux", "x86_64", "docker-25.0.3.tgz") == {
        "df4068cf8228abfb7cf349ce0b2b943f8ed00ad5b523626431777e25efd3277a",
        "fa56a890c16ca83715d7e62b351ff0528fcb92f70100129caf6382a8945b95fb",
    }


@pytest.mark.parametrize(
    ("os", "arch", "name", "count"),
    [
        ("linux", "x86_64", "docker-29.7.2.tgz", 1),
        ("linux", "x86_64", "docker-29.4.2-2.tgz", 1),
        ("win", "x86_64", "docker-27.5.0.zip", 2),
        ("linux", "x86_64", "docker-29.7.2", 0),
        ("linux", "x86_64", "docker-99.0.0.tgz", 0),
        ("mac", "x86_64", "docker-25.0.3.zip", 0),
    ],
)
def test_digests_bind_one_name_for_one_machine(os: str, arch: str, name: str, count: int) -> None:
    assert len(record.digests(os, arch, name)) == count


def test_every_digest_is_a_sha256_and_stands_once() -> None:
    rows = shipped.text("record/digests.csv").splitlines()[1:]
    assert [
        row for row in rows if not re.fullmatch(r"[^,]+,[^,]+,[^,]+,[0-9a-f]{64},.+", row)
    ] == []
    assert len({row.rpartition(",")[0] for row in rows}) == len(rows)


@pytest.mark.parametrize(
    "name", ["releases", "files", "digests", "images", "limits", "clients", "refusals"]
)
def test_each_row_names_its_source(name: str) -> None:
    head, *rows = shipped.text(f"record/{name}.csv").splitlines()
    assert head.endswith(",source")
    assert [row for row in rows if row.endswith(",")] == []


def test_files_stand_in_release_order() -> None:
    names = record.files("linux", "x86_64", "edge")
    assert names[:2] == ("docker-17.03.0-ce.tgz", "docker-17.04.0-ce.tgz")
    assert names[-1] == "docker-19.03.12.tgz"
    assert record.files("linux", "x86_64", "nowhere") == ()


def test_places_are_where_an_engine_was_seen() -> None:
    seen = record.places(Version.parse("17.06.0-rc2"))
    assert {str(place) for place in seen} == {"test for linux/s390x", "test for linux/x86_64"}
    assert record.places(Version.parse("18.06.9")) == ()


def test_each_tag_of_boot2docker_is_an_image() -> None:
    images = record.images()
    assert len({each.tag for each in images}) == len(images) == 245
    odd = [each for each in images if each.tag != f"v{each.version}"]
    assert [(each.tag, str(each.version)) for each in odd] == [
        ("v.1.1.2", "1.1.2"),  # as it was misspelt
        ("v1.10.0-rc2-b", "1.10.0-rc2"),  # built once more
    ]
    assert odd[0].at("https://x/v{version}/b.iso") == "https://x/v.1.1.2/b.iso"
    assert [each.version for each in images] == sorted(each.version for each in images)
    assert [each.tag for each in images if each.tag not in record.image_tags()] == [odd[1].tag]


def test_images_end_in_2020() -> None:
    last = record.images()[-1]
    assert (str(last.version), last.released) == ("19.03.12", date(2020, 6, 29))
    assert last.at("https://x/v{version}/b.iso") == "https://x/v19.03.12/b.iso"


@pytest.mark.parametrize(
    ("spelling", "day"),
    [
        ("29.7.2", date(2026, 8, 5)),
        ("0.0.0-20190727010531-15bdbd7", date(2019, 7, 27)),
        ("17.03.3-ce", None),
    ],
)
def test_a_version_came_out_on_a_day(spelling: str, day: date | None) -> None:
    assert record.released(Version.parse(spelling)) == day
