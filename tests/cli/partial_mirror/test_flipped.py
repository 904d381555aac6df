"""A bit that flips anywhere in a mirror: who reads that file refuses it, or it says the same."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.partial_mirror.folder import AMD, ARM, Mirror, good
from tests.system.server import Answers, Asked, Reply, serving
from tests.upstream import SUITE, Upstream

# Who reads that file, but for a mirror of the mirror
READERS = (
    (f"{SUITE}/InRelease", ("resolve", "stable", "--backend", "apt", *ARM)),
    (f"{SUITE}/stable/binary-arm64/Packages.gz", ("lock", "--check")),
    ("linux/debian/gpg", ("lock", "--check")),
    ("boot2docker/v19.03.12/boot2docker.iso", ("lock", "--check", "--fetch")),
    ("linux/static/stable/aarch64/docker-98.0.2.tgz", ("lock", "--check", "--fetch")),
    ("linux/static/test/x86_64/docker-98.1.0.tgz", ("lock", "--update")),
)


@pytest.fixture
def full(mirror: Mirror, tmp_path: Path) -> Mirror:
    """A mirror of archives, packages and an image for two architectures, which is read from now
    on; and a lock of all of it, which was made from it alone.
    """
    iso = tmp_path / "images/v19.03.12/boot2docker.iso"
    iso.parent.mkdir(parents=True)
    iso.write_bytes(b"an image\n" * 40)
    images = f"file://{tmp_path}/images"
    good(mirror("stable", "test", *AMD, *ARM))
    good(mirror("stable", "--backend", "machine", DOCKSWITCH_IMAGE_MIRROR=images))
    at = f"file://{mirror.folder}"
    reads = mirror.program.given(DOCKSWITCH_MIRROR=at, DOCKSWITCH_IMAGE_MIRROR=f"{at}/boot2docker")
    (tmp_path / "upstream").rename(tmp_path / "unplugged")
    kinds = [word for kind in ("apt", "static", "machine") for word in ("--backend", kind)]
    good(reads("lock", "stable", "test", *AMD, *ARM, *kinds))
    return Mirror(tmp_path / "again", reads)


def test_each_file_of_releases_and_of_their_signed_index_is_refused_by_who_reads_it(
    full: Mirror, origin: Path
) -> None:
    """A mirror of the mirror reads all of them: the key, what is signed, packages, archives."""
    good(full("--locked"))
    read = sorted(full.files)
    assert {Path(path).suffix for path in read} >= {".deb", ".tgz", ".iso", ".gz", ".gpg"}
    [free] = {*replace(full, folder=origin).files}.difference(read)  # which apt alone would take
    refused = []
    for path in read:
        shutil.rmtree(full.folder)
        with flipped(origin / path):
            said = full("--locked", "--json")
        refused += [path] if said.code == 12 and path not in full.files else []
    assert refused == read
    with flipped(origin / free):
        assert full("stable", *AMD, "--backend", "apt", "--json").code == 12


def test_locks_and_lists_are_not_made_of_it(full: Mirror, origin: Path) -> None:
    before = lock(full).read_bytes()
    for path, words in READERS:
        with flipped(origin / path):
            said = full.program(*words, "--json")
        assert (said.code, said.error["code"]) == (12, "not-authentic"), path
        assert lock(full).read_bytes() == before


def test_a_page_that_names_what_is_not_there_leads_to_nothing(full: Mirror, origin: Path) -> None:
    """Web servers serve these; nothing signs them, and what a lock has needs none of them."""
    page = origin / "linux/static/stable/x86_64/index.html"
    page.write_bytes(page.read_bytes().replace(b"98.0.2.tgz", b"98.0.3.tgz"))  # 2 and 3: one bit
    with serving(_web(origin)) as web:
        at = {"DOCKSWITCH_MIRROR": web.url, "DOCKSWITCH_IMAGE_MIRROR": f"{web.url}/boot2docker"}
        said = full.program("lock", "stable", "--for", "linux/amd64", "-o", "other", "--json", **at)
        assert (said.code, said.error["code"]) == (11, "not-published")
        assert good(full("--locked", "--json", **at)).json["changed"]


def test_what_the_mirror_knows_of_itself_is_never_a_reason_to_serve_other_bytes(
    full: Mirror, origin: Path, upstream: Upstream
) -> None:
    (upstream.root.with_name("unplugged")).rename(upstream.root)
    keeper = replace(full, folder=origin)
    before, manifest = keeper.files, origin / ".dockswitch/manifest.json"
    body, codes = manifest.read_bytes(), set()
    for number in range(12):
        manifest.write_bytes(_with_other_bit(body, len(body) * number // 12))
        said = keeper("stable", "test", *AMD, *ARM, DOCKSWITCH_MIRROR=upstream.url)
        codes.add(said.code)
        assert keeper.files == before
    assert codes <= {0, 1}


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """The folder that is read from."""
    return tmp_path / "mirror"


def lock(mirror: Mirror) -> Path:
    return mirror.program.home / "dockswitch.lock"


@contextmanager
def flipped(path: Path) -> Iterator[None]:
    """One bit in its midst is another one meanwhile."""
    body = path.read_bytes()
    path.write_bytes(_with_other_bit(body, len(body) // 2))
    yield
    path.write_bytes(body)


def _with_other_bit(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def _web(folder: Path) -> Answers:
    """As web servers have it: a folder is its own page."""

    def answer(asked: Asked) -> Reply:
        path = folder / asked.path.lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        return Reply(path.read_bytes()) if path.exists() else Reply(status=404)

    return answer
