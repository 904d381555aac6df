"""apt repositories: signed, unsigned, forged, out of date."""

import gzip
import hashlib
import shutil
from pathlib import Path

import pytest

from dockswitch.model.errors import DockswitchError
from dockswitch.model.indexes import IndexExpired, IndexMismatch
from dockswitch.model.release import Package
from dockswitch.model.trust import Trust
from dockswitch.model.unreachable import NoAnswer, NotServed
from dockswitch.sources.announced import NoSuchComponent
from dockswitch.sources.repository import AptRepository
from dockswitch.system.signature import NotSigned, NoVerifier, WrongKey
from tests.sources.shelf import Shelf

FILES = Path(__file__).parent / "signed"
URL = "https://download.docker.com/linux/ubuntu"
SUITE = f"{URL}/dists/jammy"
PACKAGES = f"{SUITE}/test/binary-amd64/Packages"
KEY = "https://example.org/key.asc"
FINGERPRINT = "A91F 81AA 21B7 D9B7 8CD3 6B10 69A9 64D8 2D61 5F1E"
SIGNED = AptRepository("test", URL, "jammy", "test", "amd64", FINGERPRINT, KEY)
LOOKING = AptRepository("test", URL, "jammy", "test", "amd64", FINGERPRINT, KEY, Trust.TLS)

needs_gpgv = pytest.mark.skipif(not shutil.which("gpgv"), reason="gpgv is not installed")

Pages = dict[str, bytes | DockswitchError]


def content(name: str) -> bytes:
    return (FILES / name).read_bytes()


def pages(**others: bytes | DockswitchError) -> Pages:
    """The repository's pages; InRelease, Release and the like by their names."""
    found: Pages = {
        f"{SUITE}/InRelease": content("InRelease"),
        f"{PACKAGES}.gz": content("Packages.gz"),
        KEY: content("key.asc"),
    }
    return found | {f"{SUITE}/{name.replace('_', '.')}": page for name, page in others.items()}


def unsigned(release: bytes | None = None, **others: bytes | DockswitchError) -> Pages:
    body = content("Release") if release is None else release
    return pages(InRelease=NotServed("x"), Release=body, **others)


@needs_gpgv
def test_a_signed_index_gives_its_releases_oldest_first() -> None:
    releases = SIGNED.releases(Shelf(pages()).reader)
    assert [str(release.version) for release in releases] == [
        "17.06.0-ce-rc2",
        "23.0.0-rc.1",
        "23.0.0",
    ]
    assert {release.backend for release in releases} == {"apt"}
    assert all(release.proven for release in releases)
    assert releases[2].artifacts == (
        Package(
            name="docker-ce",
            version="5:23.0.0-1~ubuntu.22.04~jammy",
            url=f"{SUITE}/pool/test/amd64/docker-ce_23.0.0-1~ubuntu.22.04~jammy_amd64.deb",
            sha256="2" * 64,
            size=22936716,
            trust=Trust.SIGNED,
        ),
        Package(
            name="docker-ce-cli",
            version="5:23.0.0-1~ubuntu.22.04~jammy",
            url=f"{SUITE}/pool/test/amd64/docker-ce-cli_23.0.0-1~ubuntu.22.04~jammy_amd64.deb",
            sha256="5" * 64,
            size=40000000,
            trust=Trust.SIGNED,
        ),
        Package(
            name="containerd.io",
            version="1.6.4-1",
            url=f"{SUITE}/pool/test/amd64/containerd.io_1.6.4-1_amd64.deb",
            sha256="1" * 64,
            size=7,
            trust=Trust.SIGNED,
        ),
    )
    assert len(releases[0].artifacts) == 1
    assert releases[2].api == "1.42"


@needs_gpgv
def test_the_index_and_its_packages_are_asked_for_at_once_and_nothing_else() -> None:
    shelf = Shelf(pages())
    SIGNED.releases(shelf.reader)
    assert shelf.asked == [f"{SUITE}/InRelease", f"{PACKAGES}.gz", KEY]


@needs_gpgv
def test_release_with_a_signature_beside_it_will_do() -> None:
    signed = unsigned(Release_gpg=content("Release.gpg"))
    (*_, newest) = SIGNED.releases(Shelf(signed).reader)
    assert {artifact.trust for artifact in newest.artifacts} == {Trust.SIGNED}


@needs_gpgv
@pytest.mark.parametrize("source", [SIGNED, LOOKING], ids=["signed", "tls"])
@pytest.mark.parametrize(
    ("index", "words"),
    [
        (content("InRelease").replace(b"stable test", b"stable best"), "changed after"),
        (content("InRelease.another"), "another key"),
        (b"Suite: evil\n" + content("InRelease"), "stands around"),
        (content("InRelease") + b"Suite: evil\n", "stands around"),
        (content("InRelease") + content("InRelease"), "stands around"),
        (content("InRelease").replace(b"Hash: ", b"Hasch: "), "stands around"),
        (content("Release"), "clear-signed"),
        (b"<html>login</html>", "clear-signed"),
        (content("InRelease").replace(b"\niQ", b"\niR"), ""),
    ],
)
def test_a_wrong_signature_is_refused_by_all(
    source: AptRepository, index: bytes, words: str
) -> None:
    with pytest.raises(NotSigned) as failed:
        source.releases(Shelf(pages(InRelease=index)).reader)
    assert words in failed.value.details
    assert failed.value.exit == 12


@needs_gpgv
def test_a_wrong_signature_beside_the_index_is_refused() -> None:
    with pytest.raises(NotSigned):
        LOOKING.releases(
            Shelf(unsigned(b"Suite: jammy\n", Release_gpg=content("Release.gpg"))).reader
        )


def test_a_key_of_another_fingerprint_is_refused() -> None:
    shipped = AptRepository("test", URL, "jammy", "test", "amd64", FINGERPRINT)
    for source in (shipped, AptRepository("test", URL, "jammy", "test", "amd64", "AB" * 20, KEY)):
        with pytest.raises(WrongKey):
            source.releases(Shelf(pages()).reader)


def test_without_a_verifier_only_those_who_look_may_read() -> None:
    shelf = Shelf(pages(), programs=())
    with pytest.raises(NoVerifier) as failed:
        SIGNED.releases(shelf.reader)
    assert "--verify tls" in failed.value.hint
    (*_, newest) = LOOKING.releases(shelf.reader)
    assert {artifact.trust for artifact in newest.artifacts} == {Trust.TLS}


def test_an_unsigned_index_is_for_those_who_look() -> None:
    with pytest.raises(NotSigned):
        SIGNED.releases(Shelf(unsigned()).reader)
    assert len(LOOKING.releases(Shelf(unsigned()).reader)) == 3


def test_a_signature_that_cannot_be_fetched_is_not_a_missing_one() -> None:
    with pytest.raises(NoAnswer):
        LOOKING.releases(Shelf(unsigned(Release_gpg=NoAnswer("x", "cut"))).reader)


@pytest.mark.parametrize(
    ("time", "words"),
    [("2023-02-01T00:00:00Z", "not valid yet"), ("2027-06-01T00:00:00Z", "valid until")],
)
def test_an_index_of_another_day_is_refused(time: str, words: str) -> None:
    with pytest.raises(IndexExpired, match="not of this day") as failed:
        LOOKING.releases(Shelf(unsigned(), time=time).reader)
    assert words in failed.value.details


def test_an_index_of_another_suite_is_refused() -> None:
    other = content("Release").replace(b"jammy", b"focal")
    with pytest.raises(IndexMismatch):
        LOOKING.releases(Shelf(unsigned(other)).reader)


def test_a_component_or_architecture_that_is_not_there_is_named() -> None:
    for source in (
        AptRepository("edge", URL, "jammy", "edge", "amd64", FINGERPRINT, KEY, Trust.TLS),
        AptRepository("test", URL, "jammy", "test", "s390x", FINGERPRINT, KEY, Trust.TLS),
    ):
        with pytest.raises(NoSuchComponent) as failed:
            source.releases(Shelf(unsigned()).reader)
        assert "jammy" in failed.value.message


def test_a_suite_that_is_not_there_is_not_published() -> None:
    with pytest.raises(NotServed):
        SIGNED.releases(Shelf({}).reader)


def test_packages_that_are_not_those_announced_are_refused() -> None:
    for body in (gzip.compress(b"Package: docker-ce\n"), b"", content("Packages.gz") + b"x"):
        shelf = Shelf(unsigned() | {f"{PACKAGES}.gz": body})
        with pytest.raises(IndexMismatch, match="signed index"):
            LOOKING.releases(shelf.reader)


def test_the_digest_is_taken_for_a_name_where_the_server_allows_it() -> None:
    release = content("Release").replace(b"Suite:", b"Acquire-By-Hash: yes\nSuite:")
    digest = hashlib.sha256(content("Packages.gz")).hexdigest()
    shelf = Shelf(
        unsigned(release)
        | {
            f"{PACKAGES}.gz": b"a newer one",
            f"{SUITE}/test/binary-amd64/by-hash/SHA256/{digest}": content("Packages.gz"),
        }
    )
    assert len(LOOKING.releases(shelf.reader)) == 3


@pytest.mark.parametrize("kind", [".xz", ""])
def test_packages_of_every_packing_are_read(kind: str) -> None:
    lines = content("Release").decode().splitlines(keepends=True)
    kept = [line for line in lines if "/Packages" not in line or line.endswith(f"Packages{kind}\n")]
    all_pages = unsigned("".join(kept).encode()) | {
        f"{PACKAGES}.gz": NotServed("x"),
        f"{PACKAGES}{kind}": content(f"Packages{kind}"),
    }
    assert len(LOOKING.releases(Shelf(all_pages).reader)) == 3


def announcing(packages: bytes) -> Pages:
    packed = gzip.compress(packages)
    digest = hashlib.sha256(packed).hexdigest()
    release = f"Suite: jammy\nSHA256:\n {digest} 1 test/binary-amd64/Packages.gz\n"
    return unsigned(release.encode()) | {f"{PACKAGES}.gz": packed}


def stanza(version: str, file: str = "pool/x.deb") -> str:
    digest = f"SHA256: {'4' * 64}\n"
    return f"Package: docker-ce\nVersion: {version}\nFilename: {file}\nSize: x\n{digest}\n"


def test_a_package_that_the_index_gives_no_digest_of_is_none() -> None:
    whole = stanza("5:28.0.1-1~x")
    bare = whole.replace("SHA256", "SHA1")
    assert len(LOOKING.releases(Shelf(announcing(whole.encode())).reader)) == 1
    assert LOOKING.releases(Shelf(announcing(bare.encode())).reader) == []


def test_of_two_builds_of_a_version_the_newer_is_taken() -> None:
    builds = [stanza(f"5:28.0.1-{build}~debian.12~bookworm") for build in (2, 10, 1)]
    (release,) = LOOKING.releases(Shelf(announcing("".join(builds).encode())).reader)
    (package,) = release.artifacts
    assert package.version == "5:28.0.1-10~debian.12~bookworm"  # type: ignore[union-attr]


def test_a_file_name_that_leads_elsewhere_is_no_package() -> None:
    bad = stanza("5:28.0.1-1~x", "../../x.deb") + stanza("5:28.0.2-1~x", "/x.deb")
    assert LOOKING.releases(Shelf(announcing(bad.encode())).reader) == []


def test_packages_that_grow_without_end_are_refused() -> None:
    with pytest.raises(IndexMismatch, match="announces"):
        LOOKING.releases(Shelf(announcing(bytes(80 << 20))).reader)


def test_a_source_says_itself_as_apt_would_write_it() -> None:
    source = AptRepository("test", "https://me:pw@example.org/u", "jammy", "test", "amd64", "AB")
    assert str(source).startswith("Types: deb\nURIs: https://example.org/u\nSuites: jammy\n")
