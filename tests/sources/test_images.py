"""boot2docker's images, from GitHub's list and from the record."""

import json

import pytest

from dockswitch.model.release import Download
from dockswitch.model.unreachable import Forbidden, NeverFetched, NoAnswer, NotServed
from dockswitch.sources.images import ImageFeed
from tests.sources.shelf import Shelf

URL = "https://api.github.com/repos/boot2docker/boot2docker/releases"
IMAGE = "https://github.com/boot2docker/boot2docker/releases/download/v{version}/boot2docker.iso"


def feed(channel: str, url: str = URL) -> ImageFeed:
    return ImageFeed(channel, url, IMAGE)


def page(number: int, url: str = URL) -> str:
    return f"{url}?per_page=100&page={number}"


def entry(version: str, **others: object) -> dict[str, object]:
    asset = {"name": "boot2docker.iso", "size": 7, "digest": "sha256:" + "a" * 64}
    tag = {"tag_name": f"v{version}", "draft": False, "published_at": "2018-05-09T21:00:00Z"}
    return {**tag, "assets": [asset], **others}


def shelf(*entries: object) -> Shelf:
    pages = [entries[at : at + 100] for at in range(0, len(entries) + 1, 100)]
    return Shelf({page(number + 1): json.dumps(part).encode() for number, part in enumerate(pages)})


def versions(channel: str, *entries: object) -> list[str]:
    return [str(each.version) for each in feed(channel).releases(shelf(*entries).reader)]


def test_an_entry_is_a_release_with_its_image() -> None:
    (release,) = feed("stable").releases(shelf(entry("18.03.1-ce")).reader)
    assert (str(release.published), release.api, release.proven) == ("2018-05-09", "1.37", True)
    (image,) = release.artifacts
    assert isinstance(image, Download)
    assert image.url == IMAGE.replace("{version}", "18.03.1-ce")
    assert (image.size, image.digests) == (7, frozenset({"a" * 64}))


def test_each_channel_has_its_releases_oldest_first() -> None:
    entries = [entry(v) for v in ("18.06.0-ce-rc1", "18.05.0-ce", "18.06.1-ce", "17.05.0-ce")]
    assert versions("stable", *entries) == ["18.06.1-ce"]
    assert versions("edge", *entries) == ["17.05.0-ce", "18.05.0-ce"]
    assert versions("test", *entries) == [
        "17.05.0-ce",
        "18.05.0-ce",
        "18.06.0-ce-rc1",
        "18.06.1-ce",
    ]


def test_what_is_no_release_with_an_image_is_left_out() -> None:
    assert versions(
        "test",
        entry("1.12.0", draft=True),
        entry("1.12.1", assets=[{"name": "other.iso"}]),
        entry("not-a-version"),
        {},
        7,
        None,
        entry("1.12.2", assets=[]),
        entry("1.12.3", assets=None, published_at=None),
    ) == ["1.12.2", "1.12.3"]


def test_a_misspelt_tag_has_its_version_and_its_own_address() -> None:
    odd = entry("1.10.0-rc2", tag_name="v1.10.0-rc2-b")
    there = shelf(odd, entry("1.10.0-rc2"), entry("1.1.2", tag_name="v.1.1.2"))
    gone = Shelf({page(1): NeverFetched(URL)})
    for reader in (there.reader, gone.reader):
        found = {str(each.version): each for each in feed("test").releases(reader)}
        urls = {version: found[version].artifacts[0] for version in ("1.1.2", "1.10.0-rc2")}
        assert [each.url for each in urls.values() if isinstance(each, Download)] == [
            IMAGE.replace("{version}", ".1.1.2"),
            IMAGE.replace("{version}", "1.10.0-rc2"),
        ]


def test_all_pages_are_read_and_no_more_than_a_few_too_many() -> None:
    entries = [entry(f"1.{minor}.{patch}") for minor in range(25) for patch in range(10)]
    full = shelf(*entries)
    full.pages = {**full.pages, page(4): b"[]"}
    assert len(feed("test").releases(full.reader)) == 250
    assert full.asked == [page(1), page(2), page(3), page(4)]


def test_a_server_that_does_not_turn_pages_is_read_once() -> None:
    body = json.dumps([entry(f"1.0.{patch}") for patch in range(100)]).encode()
    still = Shelf({page(number): body for number in range(1, 100)})
    assert len(feed("test").releases(still.reader)) == 100
    assert len(still.asked) <= 4


def test_a_file_has_one_page() -> None:
    still = Shelf({"file:///m/releases.json": json.dumps([entry("1.12.2")]).encode()})
    assert len(feed("stable", "file:///m/releases.json").releases(still.reader)) == 1


@pytest.mark.parametrize(
    "error",
    [NoAnswer(URL, "refused"), NeverFetched(URL), Forbidden(URL, 403)],
    ids=["down", "offline", "rate limit"],
)
def test_where_the_list_cannot_be_read_the_record_serves_unproven(error: Exception) -> None:
    assert isinstance(error, NoAnswer | NeverFetched | Forbidden)
    releases = feed("stable").releases(Shelf({page(1): error}).reader)
    assert len(releases) > 50
    assert not any(release.proven for release in releases)
    assert str(releases[-1].version) == "19.03.12"


@pytest.mark.parametrize("body", [b"<html>login</html>", b'{"message": "x"}', b"\xff"])
def test_what_is_not_githubs_list_counts_as_out_of_reach(body: bytes) -> None:
    assert not feed("test").releases(Shelf({page(1): body}).reader)[0].proven


def test_a_list_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NotServed):
        feed("stable").releases(Shelf({}).reader)


def test_a_folder_of_images_is_read_as_it_is_listed() -> None:
    body = (
        b'<a href="../">../</a><a href="v18.03.1-ce/">x</a><a href="v19.03.12/">x</a><a href="n/">'
    )
    found = feed("stable").releases(Shelf({page(1): body}).reader)
    assert [(str(each.version), each.proven) for each in found] == [
        ("18.03.1-ce", True),
        ("19.03.12", True),
    ]
