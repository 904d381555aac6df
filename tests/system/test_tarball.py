"""The tar reader meets bytes that nobody meant for it."""

import contextlib
from collections.abc import Iterator
from tarfile import TarInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockswitch.model.errors import NotAuthentic
from dockswitch.system.inflate import inflated
from dockswitch.system.refusals import DamagedArchive, HostileArchive
from dockswitch.system.tarball import Tarball
from tests.system.archives import DOCKER, file, tar


def read(blocks: Iterator[bytes]) -> list[tuple[str, bytes]]:
    return [(member.name, b"".join(content)) for member, content in Tarball(blocks, "x")]


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


@given(st.integers(1, 3000))
def test_how_the_stream_is_cut_into_pieces_does_not_matter(size: int) -> None:
    members = [file("docker/a", b"1" * 700), file("docker/b", b""), file("docker/" + "n" * 150)]
    found = read(pieces(tar(members), size))
    assert found == [(member.name, content) for member, content in members]


@given(st.binary(max_size=2000))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    with contextlib.suppress(NotAuthentic):
        read(iter([body]))


@given(st.integers(0, 4000), st.binary(min_size=1, max_size=40))
def test_no_broken_archive_breaks_the_reader(at: int, noise: bytes) -> None:
    body = tar([file("docker/a", b"1" * 700), file("docker/" + "n" * 150)])
    with contextlib.suppress(NotAuthentic):
        read(iter([body[:at] + noise + body[at + len(noise) :]]))


@given(st.binary(max_size=600))
def test_no_pax_header_breaks_the_reader(said: bytes) -> None:
    member = TarInfo("docker/x")
    member.type, member.size = b"x", len(said)
    body = member.tobuf() + said + bytes(-len(said) % 512) + tar([file("docker/a")])
    with contextlib.suppress(NotAuthentic):
        read(iter([body]))


def test_a_size_below_nothing_is_refused() -> None:
    block = bytearray(file("docker/a")[0].tobuf())
    block[124:136] = b"\xff" * 12
    block[148:156] = b"%06o\0 " % (sum(block) - sum(block[148:156]) + 8 * 32)
    with pytest.raises(HostileArchive):
        read(iter([bytes(block)]))


@given(st.integers(0, len(DOCKER) - 1))
def test_a_gzip_file_that_was_cut_anywhere_is_damaged(at: int) -> None:
    with pytest.raises(DamagedArchive):
        list(inflated([DOCKER[:at]], "x"))


@given(st.integers(1, 500))
def test_how_a_gzip_file_is_cut_into_pieces_does_not_matter(size: int) -> None:
    whole = b"".join(inflated([DOCKER], "x"))
    assert b"".join(inflated(pieces(DOCKER, size), "x")) == whole
