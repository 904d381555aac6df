"""The signed index of a suite for a mirror: all of one moment, in the forms that apt asks for."""

import hashlib
import shutil
from pathlib import Path

import pytest

from dockswitch.model.errors import NotAuthentic
from dockswitch.model.mirrored import Suite
from dockswitch.sources.repository import AptRepository
from dockswitch.sources.signed_index import suite_of
from dockswitch.system.signature import NotSigned
from tests.integration.apt_signing import SigningKey
from tests.sources.shelf import Shelf
from tests.upstream import SUITE, Upstream

pytestmark = pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("gpgv")), reason="gpg and gpgv are not installed"
)
_URL = "https://example.org/linux/debian"


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.make()


@pytest.fixture
def upstream(tmp_path: Path, key: SigningKey) -> Upstream:
    made = Upstream(tmp_path, key)
    made.release("stable", "98.0.1", "1.7.28-1")
    made.release("stable", "98.0.1", "1.7.28-1", "arm64")
    return made


def read(upstream: Upstream, *parts: str, without: tuple[str, ...] = ()) -> Suite:
    pages = {
        f"https://example.org/{path.relative_to(upstream.root)}": path.read_bytes()
        for path in upstream.root.rglob("*")
        if path.is_file() and path.name not in without
    }
    fingerprint, gpg = upstream.key.fingerprint, f"{_URL}/gpg"
    source = AptRepository("stable", _URL, "bookworm", "stable", "amd64", fingerprint, gpg)
    return suite_of(source, Shelf(pages).reader, "linux/debian", parts or ("stable/amd64",))


def names(suite: Suite) -> list[str]:
    return [page.place.removeprefix(f"{SUITE}/") for page in suite.pages]


def test_what_announces_the_others_comes_last(upstream: Upstream) -> None:
    upstream.sign()
    suite = read(upstream, "stable/amd64", "stable/arm64")
    assert names(suite) == [
        *(
            f"stable/binary-{arch}/Packages{form}"
            for arch in ("amd64", "arm64")
            for form in ("", ".gz")
        ),
        "Release.gpg",
        "Release",
        "InRelease",
    ]
    assert all(page.content == (upstream.root / page.place).read_bytes() for page in suite.pages)


def test_by_hash_has_each_form_under_each_sum_that_is_announced(upstream: Upstream) -> None:
    upstream.by_hash, upstream.algorithms = True, ("MD5Sum", "SHA256", "SHA512")
    upstream.forms, upstream.absent = ("", ".xz"), ("Packages",)  # plain, as Debian has it
    upstream.sign()
    suite = read(upstream)
    folder = "stable/binary-amd64"
    xz = (upstream.suite / folder / "Packages.xz").read_bytes()
    said = set(names(suite))
    assert {
        f"{folder}/by-hash/MD5Sum/{hashlib.md5(xz).hexdigest()}",
        f"{folder}/by-hash/SHA256/{hashlib.sha256(xz).hexdigest()}",
        f"{folder}/by-hash/SHA512/{hashlib.sha512(xz).hexdigest()}",
        f"{folder}/Packages.xz",
    } <= said
    assert f"{folder}/Packages" in said  # it was there by its digest


def test_a_form_that_is_announced_and_not_there_is_left_out(upstream: Upstream) -> None:
    upstream.absent = ("Packages",)
    upstream.sign()
    assert "stable/binary-amd64/Packages" not in names(read(upstream))
    assert "stable/binary-amd64/Packages.gz" in names(read(upstream))


@pytest.mark.parametrize("without", [("InRelease",), ("Release.gpg",), ("Release", "Release.gpg")])
def test_one_kind_of_signature_is_enough(without: tuple[str, ...], upstream: Upstream) -> None:
    upstream.sign()
    assert not set(without) & set(names(read(upstream, without=without)))


def test_without_any_signature_it_is_refused(upstream: Upstream) -> None:
    upstream.sign()
    with pytest.raises(NotSigned):
        read(upstream, without=("InRelease", "Release.gpg"))


@pytest.mark.parametrize("name", ["InRelease", "Release", "Release.gpg"])
def test_signatures_of_two_moments_are_refused(name: str, upstream: Upstream) -> None:
    upstream.sign()
    before = (upstream.suite / name).read_bytes()
    upstream.release("stable", "98.0.2", "1.7.28-1")
    upstream.sign()
    (upstream.suite / name).write_bytes(before)
    with pytest.raises(NotAuthentic):
        read(upstream)
