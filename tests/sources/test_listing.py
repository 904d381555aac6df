"""Listings as servers make them, and what is recognised in them."""

import html
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockswitch.model.errors import DockswitchError
from dockswitch.model.release import Download
from dockswitch.model.trust import Trust
from dockswitch.model.unreachable import Forbidden, NeverFetched, NoAnswer, NotServed
from dockswitch.sources.listing import StaticIndex, hrefs
from tests.sources.shelf import Shelf

URL = "https://download.docker.com/linux/static/stable/x86_64/"
INDEX = StaticIndex("stable", URL, "linux", "x86_64")

DOCKER = """<html><head><title>Index of linux/static/stable/x86_64/</title></head><body>
<h1>Index of linux/static/stable/x86_64/</h1><hr><pre><a href="../">../</a>
<a href="docker-17.03.0-ce.tgz">docker-17.03.0-ce.tgz</a>      2017-06-09 13:00  27.6 MiB
<a href="docker-28.5.2.tgz">docker-28.5.2.tgz</a>          2025-11-05 09:59:46 70.3 MiB
<a href="docker-9.9.9">x</a><a href="docker-buildx-0.1.0.tgz">x</a>
<a href="docker-18.06.1-ce.tgz">docker-18.06.1-ce.tgz</a>
<a href="docker-rootless-extras-28.5.2.tgz">docker-rootless-extras-28.5.2.tgz</a>
</pre><hr></body></html>"""

NGINX = """<html><body bgcolor="white"><h1>Index of /static/stable/x86_64/</h1><hr><pre>
<a href="../">../</a>
<a href="docker-20.10.24%2Bdfsg1.tgz">docker-20.10.24+dfsg1.tgz</a>      05-Apr-2023 12:00  70M
<a href="docker-23.0.0-rc.1.tgz">docker-23.0.0-rc.1.tgz</a>
<a href="test/">test/</a><a href="test/docker-24.0.0.tgz">x</a></pre></body></html>"""

APACHE = """<table><tr><th><a href="?C=N;O=D">Name</a></th>
<th><a href="?C=M;O=A">Last modified</a></th>
<tr><td><a href="/linux/static/stable/">Parent Directory</a></td></tr>
<tr><td><A HREF='docker-17.06.0-ce.tgz'>docker-17.06.0-ce.tgz</A></td></tr>
<tr><td><a class=x
 href = /linux/static/stable/x86_64/docker-17.12.1-ce.tgz >docker-17.12.1-ce.tgz</a></td></tr>
</table><address>Apache/2.4</address>"""

ARTIFACTORY = """<html><head><meta name="robots" content="noindex" />
<title>Index of x</title></head>
<body><pre>Name  Last modified  Size</pre><hr/><pre><a href="../">../</a>
<a href="docker-28.0.1.tgz">docker-28.0.1.tgz</a>  26-Feb-2025 11:11  70.35 MB
<a href="https://download.docker.com/linux/static/stable/x86_64/docker-28.0.2.tgz">abs</a>
</pre><hr/><address>Artifactory/7</address></body></html>"""


def versions(page: str, index: StaticIndex = INDEX) -> list[str]:
    releases = index.releases(Shelf({index.url: page.encode()}).reader)
    assert all(release.proven for release in releases)
    return [str(release.version) for release in releases]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (DOCKER, ["17.03.0-ce", "18.06.1-ce", "28.5.2"]),
        (NGINX, ["20.10.24+dfsg1", "23.0.0-rc.1"]),
        (APACHE, ["17.06.0-ce", "17.12.1-ce"]),
        (ARTIFACTORY, ["28.0.1", "28.0.2"]),
    ],
    ids=["docker", "nginx", "apache", "artifactory"],
)
def test_every_servers_listing_is_read(page: str, found: list[str]) -> None:
    assert versions(page) == found


def test_what_an_engine_needs_without_root_is_found_beside_it() -> None:
    releases = INDEX.releases(Shelf({URL: DOCKER.encode()}).reader)
    assert [release.rootless is None for release in releases] == [True, True, False]
    found = releases[-1].rootless
    assert found is not None
    assert found.url == f"{URL}docker-rootless-extras-28.5.2.tgz"
    assert found.trust is Trust.RECORDED
    assert found.digests
    assert len(releases[-1].artifacts) == 1


def address(page: str, url: str = URL) -> str:
    index = StaticIndex("stable", url, "linux", "x86_64")
    (release,) = index.releases(Shelf({url: page.encode()}).reader)
    (artifact,) = release.artifacts
    assert isinstance(artifact, Download)
    return artifact.url


def test_an_address_is_as_the_listing_gives_it() -> None:
    assert address('<a href="docker-1.2.3%2Bx.tgz">') == f"{URL}docker-1.2.3%2Bx.tgz"
    assert address('<a href="./docker-1.2.3.tgz?x=1#y">') == f"{URL}docker-1.2.3.tgz"
    assert address('<a href="docker-1.2.3.tgz">', "file:///m/") == "file:///m/docker-1.2.3.tgz"


def test_nexus_shows_a_folder_under_one_address_and_serves_it_under_another() -> None:
    browse = "https://nexus.example/service/rest/repository/browse/docker/stable/x86_64/"
    link = "https://nexus.example/repository/docker/stable/x86_64/docker-28.5.2.tgz"
    assert address(f'<a href="{link}">', browse) == link


def test_a_link_to_the_host_behind_a_proxy_means_the_file_here() -> None:
    inner = "http://10.0.0.7:8081/static/stable/x86_64/docker-28.5.2.tgz"
    assert address(f'<a href="{inner}">') == f"{URL}docker-28.5.2.tgz"


def test_credentials_of_the_folder_go_along_to_its_files() -> None:
    url = "https://me:secret@example.org/stable/x86_64/"
    assert address('<a href="docker-1.2.3.tgz">', url).startswith("https://me:secret@example.org/")
    assert "secret" not in str(StaticIndex("stable", url, "linux", "x86_64"))


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/docker-28.5.2.tgz",
        "javascript:docker-28.5.2.tgz",
        "../docker-28.5.2.tgz",
        "sub/docker-28.5.2.tgz",
        "//[/docker-28.5.2.tgz",
        "a%2Fdocker-28.5.2.tgz",
        "docker-28.5.2.zip",
        "docker-28.5.2.tgz.asc",
        "docker-28.5.2.tgz/",
    ],
)
def test_what_is_not_of_this_folder_is_not_of_this_channel(link: str) -> None:
    assert versions(f'<a href="x"><a href="{link}">') == []


def test_a_rerelease_takes_the_plain_names_place() -> None:
    page = '<a href="docker-29.4.2-2.tgz"><a href="docker-29.4.2.tgz">'
    assert address(page).endswith("/docker-29.4.2-2.tgz")


def test_the_infix_of_june_2017_is_read_and_the_plain_name_goes_first() -> None:
    infix = '<a href="docker-17.06.0-ce-rc2-x86_64.tgz">'
    assert address(infix).endswith("-x86_64.tgz")
    assert address(infix + '<a href="docker-17.06.0-ce-rc2.tgz">').endswith("rc2.tgz")


def test_windows_has_zip_archives() -> None:
    index = StaticIndex("stable", URL, "win", "x86_64")
    assert versions('<a href="docker-28.5.2.zip"><a href="docker-28.5.1.tgz">', index) == ["28.5.2"]


def test_recorded_digests_bind_a_name_on_any_host() -> None:
    url = "https://mirror.example/x/"
    page = b'<a href="docker-25.0.3.tgz"><a href="docker-25.0.3%2Bx.tgz">'
    index = StaticIndex("stable", url, "linux", "x86_64")
    plain, local = index.releases(Shelf({url: page}).reader)
    (known,), (unknown,) = plain.artifacts, local.artifacts
    assert isinstance(known, Download)
    assert isinstance(unknown, Download)
    assert (known.trust, len(known.digests)) == (Trust.RECORDED, 2)
    assert (unknown.trust, unknown.digests) == (Trust.TLS, frozenset())
    assert plain.published is not None
    assert plain.api == "1.44"


@pytest.mark.parametrize(
    "page",
    [NotServed(URL), Forbidden(URL, 403), NeverFetched(URL), b"<html>no links</html>"],
    ids=["404", "403", "offline", "no links"],
)
def test_where_there_is_no_listing_the_record_serves_unproven(
    page: bytes | DockswitchError,
) -> None:
    releases = INDEX.releases(Shelf({URL: page}).reader)
    assert len(releases) > 100
    assert not any(release.proven for release in releases)
    assert list(releases) == sorted(releases, key=lambda release: release.version)
    urls = {artifact.url for release in releases for artifact in release.artifacts}
    assert f"{URL}docker-17.03.0-ce.tgz" in urls


def test_a_server_that_is_down_is_an_error_and_not_the_record() -> None:
    with pytest.raises(NoAnswer):
        INDEX.releases(Shelf({URL: NoAnswer(URL, "refused")}).reader)


def test_a_login_page_is_not_an_empty_channel() -> None:
    page = b'<a href="#top"><a href="/portal/login"><a href="https://portal.example/">'
    with pytest.raises(NoAnswer, match="cannot reach") as failed:
        INDEX.releases(Shelf({URL: page}).reader)
    assert "login" in failed.value.details


def test_a_listing_of_nothing_is_an_empty_channel() -> None:
    assert versions('<a href="../">') == []


def test_an_address_without_its_slash_is_a_folder_all_the_same() -> None:
    shelf = Shelf({URL: DOCKER.encode()})
    assert StaticIndex("stable", URL.rstrip("/"), "linux", "x86_64").releases(shelf.reader)
    assert shelf.asked == [URL]


@settings(deadline=None)
@given(st.binary())
def test_no_page_breaks_the_reader(page: bytes) -> None:
    INDEX.releases(Shelf({URL: b"<a href=../>" + page}).reader)


@given(
    st.text(st.characters(exclude_characters="<>\"'&", exclude_categories=["C", "Z"]), min_size=1)
)
def test_a_link_is_read_as_it_was_written(link: str) -> None:
    page = f'<a href="{html.escape(link)}">x</a> <a title="y" href={quote(link)}>'
    assert hrefs(page.encode()) == [link, quote(link)]


@pytest.mark.parametrize("part", ["<a ", '<a href="', "<a href='", "<", "<a href=", "&", "<a x "])
def test_a_broken_page_costs_no_more_than_its_size(part: str) -> None:
    hrefs(part.encode() * 1_000_000)
