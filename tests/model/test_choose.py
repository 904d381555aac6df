"""Which release a wish means, and how kindly it is said that there is none."""

from datetime import date

import pytest

from dockswitch.model.choose import (
    NeverPublished,
    NoSuchRelease,
    OnlyPreReleases,
    PublishedElsewhere,
    as_of,
    choose,
    nearest,
    newest_pre,
    why_none,
)
from dockswitch.model.errors import NotPublished
from dockswitch.model.release import Release
from dockswitch.model.version import Version
from dockswitch.model.wish import parse

CHANNELS = ("stable", "test")
# in no order: an index has its own
TEST = ["28.5.2", "29.7.2", "29.7.0-rc.1", "17.06.0-ce", "20.10.10", "20.10.1", "17.06.0-ce-rc2",
        "29.0.0-rc.1", "29.8.0-rc.1", "29.8.0-rc.2", "20.10.24+dfsg1"]  # fmt: skip


def published(*spellings: str) -> list[Release]:
    return [Release(Version.parse(spelling), "test", "static", ()) for spelling in spellings]


@pytest.mark.parametrize(
    ("word", "chosen"),
    [
        ("test", "29.8.0-rc.2"),
        ("latest", "29.7.2"),
        ("latest-pre", "29.8.0-rc.2"),
        ("20.10.1", "20.10.1"),
        ("20.10", "20.10.24+dfsg1"),
        ("20.10.24+dfsg1", "20.10.24+dfsg1"),
        ("17.06.0", "17.06.0-ce"),
        ("17.06.0-rc2", "17.06.0-ce-rc2"),
        ("17.06", "17.06.0-ce"),
        (">=20,<29", "28.5.2"),
        ("29", "29.7.2"),
        ("29.0.0-rc1", "29.0.0-rc.1"),
        ("29.8", None),
        ("29.0", None),
        ("20.10.2", None),
        ("previous", None),
        ("system", None),
    ],
)
def test_a_wish_means_one_release(word: str, chosen: str | None) -> None:
    found = choose(published(*TEST), parse([word], CHANNELS).wish)
    assert (str(found.version) if found else None) == chosen


def test_the_very_version_goes_before_one_with_a_suffix() -> None:
    found = choose(published("20.10.24+dfsg1", "20.10.24"), parse(["20.10.24"], CHANNELS).wish)
    assert found is not None
    assert str(found.version) == "20.10.24"


def test_a_nightly_is_newer_by_the_time_it_was_built() -> None:
    builds = published(
        "18.04.0-ce-dev-git20180313.171447.0.6e4307b", "0.0.0-20190714170256-22f3318"
    )
    found = choose(builds, parse(["test"], CHANNELS).wish)
    assert found is builds[1]


def test_nothing_comes_of_nothing() -> None:
    assert choose([], parse(["latest"], CHANNELS).wish) is None
    assert newest_pre(published("29.7.2")) is None


def test_the_newest_pre_release_is_known_where_the_newest_is_a_ga() -> None:
    found = newest_pre(published("29.7.2", "29.7.0-rc.1", "29.6.0-rc.1"))
    assert found is not None
    assert str(found.version) == "29.7.0-rc.1"


@pytest.mark.parametrize(
    ("day", "chosen"),
    [
        (date(2017, 6, 7), "17.06.0-ce-rc2"),
        (date(2017, 6, 27), "17.06.0-ce-rc5"),
        (date(2017, 6, 28), "17.06.0-ce"),
        (date(2017, 5, 28), None),
    ],
)
def test_a_channel_offers_what_was_out_that_day(day: date, chosen: str | None) -> None:
    releases = published("17.06.0-ce-rc2", "17.06.0-ce-rc5", "17.06.0-ce", "17.03.3-ce", "29.7.2")
    found = choose(as_of(releases, day), parse(["test"], CHANNELS).wish)
    assert (str(found.version) if found else None) == chosen


def test_a_release_that_tells_its_own_day_is_believed() -> None:
    own = Release(Version("99.0.0"), "test", "static", (), published=date(2017, 1, 1))
    assert as_of([own], date(2017, 1, 1)) == (own,)
    assert as_of([own], date(2016, 12, 31)) == ()


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ("20.10.2", ("20.10.1", "20.10.10", "20.10.24+dfsg1")),
        ("29.7.1", ("29.0.0-rc.1", "29.7.0-rc.1", "29.7.2")),
        ("99.0.0", ("29.7.2", "29.8.0-rc.1", "29.8.0-rc.2")),
        ("0.1.0", ("17.06.0-ce-rc2", "17.06.0-ce", "20.10.1")),
    ],
)
def test_the_nearest_are_of_its_own_line_first(wanted: str, near: tuple[str, ...]) -> None:
    found = nearest([Version.parse(spelling) for spelling in TEST], Version.parse(wanted))
    assert tuple(str(version) for version in found) == near


REASONS: list[tuple[str, type[NotPublished], list[str]]] = [
    ("29.8", OnlyPreReleases, ["29.8.0-rc.1, 29.8.0-rc.2", "use test 29.8.0-rc.2"]),
    (">=29.8,<30", OnlyPreReleases, ["29.8.0-rc.2"]),
    ("30", NoSuchRelease, ["'30'", "nearest: 20.10.24+dfsg1, 28.5.2, 29.7.2"]),
    ("20.10.99", NoSuchRelease, ["nearest: 20.10.1, 20.10.10, 20.10.24+dfsg1"]),
    ("25.0.6", NeverPublished, ["25.0.6 was tagged", "never published"]),
    ("24.0.9", PublishedElsewhere, ["stable for linux (", "nearest here", "where 24.0.9"]),
    ("17.06.1", PublishedElsewhere, ["17.06.1-ce was published, but not in test (static"]),
    ("1.6.0", PublishedElsewhere, ["before there were channels"]),
]


@pytest.mark.parametrize(("word", "kind", "said"), REASONS)
def test_the_reason_names_the_way_out(word: str, kind: type[NotPublished], said: list[str]) -> None:
    releases = published(*TEST)
    wish = parse([word], CHANNELS).wish
    assert choose(releases, wish) is None
    why = why_none(releases, wish, channel="test", backend="static", host="linux/x86_64")
    assert type(why) is kind
    assert why.exit == 11
    text = f"{why.message}\n{why.details}\n{why.hint}"
    assert [part for part in said if part not in text] == []


def test_an_empty_channel_says_so() -> None:
    wish = parse(["latest"], CHANNELS).wish
    why = why_none([], wish, channel="test", backend="apt", host="debian:trixie/x86_64")
    assert why.message == "there is no release for 'latest' in test (apt, debian:trixie/x86_64)"
    assert why.details == "nothing is published there"
