"""Fetching: how an archive is authenticated, what is refused, and what is kept of it."""

import pytest

from dockswitch.backends import bundles
from dockswitch.model.errors import CorruptState, NotAuthentic
from dockswitch.model.trust import Trust
from dockswitch.switching.authentic import Accepted, OtherBytes, TooLittleTrust
from tests.world import World
from tests.world.commands import get, kept, preview, switch
from tests.world.truth import answering, is_whole, nothing_is_left

RECORDED = "20.10.24"  # its digest ships with dockswitch
OWN = "20.10.24+dfsg1"  # nobody recorded that one
ONE, TWO = "11" * 32, "22" * 32


def machine() -> World:
    return World(stable=[RECORDED, OWN], test=[RECORDED, OWN])


def archive(version: str) -> str:
    return f"docker-{version}.tgz"


@pytest.mark.parametrize(
    ("version", "accepted", "trust"),
    [
        (RECORDED, Accepted(), Trust.RECORDED),
        (RECORDED, Accepted(Trust.RECORDED), Trust.RECORDED),
        (OWN, Accepted(), Trust.TLS),
        (OWN, Accepted(digests=frozenset({ONE})), Trust.LOCKED),
        (OWN, Accepted(Trust.RECORDED, frozenset({ONE})), Trust.LOCKED),
        (OWN, Accepted(Trust.LOCKED, frozenset({ONE})), Trust.LOCKED),
        (RECORDED, Accepted(digests=frozenset({TWO})), Trust.RECORDED),
    ],
)
def test_an_archive_has_the_trust_that_something_vouches_for(
    version: str, accepted: Accepted, trust: Trust
) -> None:
    world = machine()
    world.publishers.digests[archive(OWN)] = ONE
    found = get(world, f"stable {version}", accepted)
    assert found.changed
    assert found.bundle.trust is trust
    assert bundles.kept(world) == (found.bundle,)
    nothing_is_left(world)


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        (OWN, Accepted(Trust.RECORDED)),
        (OWN, Accepted(Trust.SIGNED)),
        (RECORDED, Accepted(Trust.LOCKED)),
        (RECORDED, Accepted(Trust.SIGNED)),
    ],
)
def test_too_little_trust_is_refused_before_anything_is_fetched(
    version: str, accepted: Accepted
) -> None:
    world = machine()
    with pytest.raises(TooLittleTrust) as failure:
        get(world, f"stable {version}", accepted)
    assert failure.value.exit == 12
    assert failure.value.message == f"{archive(version)} cannot be verified as {accepted.least}"
    assert "`--accept-digest SHA256`" in failure.value.hint
    assert not [url for url in world.publishers.requests if url.endswith(".tgz")]


@pytest.mark.parametrize(
    ("version", "digests"),
    [(OWN, {TWO}), (RECORDED, {TWO})],
)
def test_a_digest_that_is_not_the_accepted_one_reaches_no_more_trust(
    version: str, digests: set[str]
) -> None:
    world = machine()
    with pytest.raises(NotAuthentic):
        get(world, f"stable {version}", Accepted(Trust.LOCKED, frozenset(digests)))
    assert kept(world) == []
    nothing_is_left(world)


def test_a_recorded_name_with_other_bytes_is_refused_and_nothing_is_kept() -> None:
    world = machine()
    switch(world, OWN)
    world.publishers.digests[archive(RECORDED)] = ONE
    with pytest.raises(OtherBytes) as failure:
        switch(world, f"stable {RECORDED}")
    error = failure.value
    assert error.exit == 12
    assert error.message == f"{archive(RECORDED)} is not the file that was published"
    assert error.details.startswith(f"its SHA-256 is {ONE}; right would be ")
    assert f"`--accept-digest {ONE}`" in error.hint
    assert kept(world) == [OWN]
    assert answering(world) == OWN
    is_whole(world)


def test_other_bytes_are_taken_where_their_digest_is_accepted_by_name() -> None:
    world = machine()
    world.publishers.digests[archive(RECORDED)] = ONE
    bundle = get(world, f"stable {RECORDED}", Accepted(digests=frozenset({ONE}))).bundle
    assert (bundle.sha256, bundle.trust) == (ONE, Trust.LOCKED)
    assert bundle.folder.endswith(f"/{RECORDED}-{ONE[:12]}")


def test_a_name_that_was_seen_before_may_not_change_its_bytes() -> None:
    world = machine()
    world.publishers.digests[archive(OWN)] = ONE
    get(world, f"stable {OWN}")
    world.files.move(bundles.kept(world)[0].folder, "/elsewhere")
    world.publishers.digests[archive(OWN)] = TWO
    for words in (f"stable {OWN}", f"test {OWN}"):
        with pytest.raises(OtherBytes) as failure:
            get(world, words)
        assert failure.value.message == f"{archive(OWN)} is not the file that was seen before"
        assert failure.value.details == f"its SHA-256 is {TWO}; right would be {ONE}"
    nothing_is_left(world)
    bundle = get(world, f"stable {OWN}", Accepted(digests=frozenset({TWO}))).bundle
    assert bundle.trust is Trust.LOCKED
    world.files.move(bundle.folder, "/elsewhere2")
    # what was accepted once is what is seen from then on
    assert get(world, f"stable {OWN}").bundle.trust is Trust.TLS


def test_what_is_kept_is_not_fetched_again() -> None:
    world = machine()
    first = get(world, OWN)
    world.publishers.requests.clear()
    again = get(world, OWN)
    assert (again.changed, again.bundle) == (False, first.bundle)
    assert world.publishers.requests == []
    other = get(world, f"test {OWN}")
    assert not other.changed
    assert other.bundle.channels == ("stable", "test")
    assert not [url for url in world.publishers.requests if url.endswith(".tgz")]


def test_a_kept_version_still_has_to_reach_the_trust_that_is_asked_for() -> None:
    world = machine()
    get(world, OWN)
    with pytest.raises(TooLittleTrust):
        switch(world, OWN, least=Accepted(Trust.RECORDED))
    assert world.engines == []


def test_a_preview_refuses_what_the_switch_would_refuse() -> None:
    world = machine()
    for _ in ("not yet kept", "kept"):
        with pytest.raises(TooLittleTrust):
            preview(world, OWN, least=Accepted(Trust.RECORDED))
        get(world, OWN)


def test_an_install_starts_and_links_nothing() -> None:
    world = machine()
    get(world, OWN)
    assert world.engines == []
    assert world.names(world.layout.bin) == ()
    assert world.link(world.layout.current) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{}",
        b"[]",
        b'{"version": "x", "names": [], "channels": [], "url": "", "sha256": "", "size": 1}',
        b'{"version": "1.2.3", "names": 1, "channels": [], "url": "", "sha256": "", "size": 1}',
    ],
)
def test_a_spoiled_record_of_a_kept_version_is_told_by_its_path(content: bytes) -> None:
    world = machine()
    folder = get(world, OWN).bundle.folder
    world.files.write(f"{folder}/.dockswitch.json", content)
    with pytest.raises(CorruptState) as failure:
        kept(world)
    assert failure.value.message == f"{world.layout.real(folder)}/.dockswitch.json cannot be read"


def test_a_folder_of_somebody_else_among_the_versions_is_no_version() -> None:
    world = machine()
    get(world, OWN)
    world.files.write(f"{world.layout.versions}/mine/notes", b"")
    assert kept(world) == [OWN]


def test_spoiled_notes_of_what_was_seen_are_told_by_their_path() -> None:
    world = machine()
    for content in (b"{", b"3", b"\xff"):
        world.files.write(world.layout.seen, content)
        with pytest.raises(CorruptState) as failure:
            get(world, OWN)
        assert failure.value.message == f"{world.layout.real(world.layout.seen)} cannot be read"
        nothing_is_left(world)


def test_a_folder_that_lost_its_record_is_fetched_anew_under_a_running_engine() -> None:
    world = machine()
    switch(world, RECORDED)
    (bundle,) = bundles.kept(world)
    world.files.write(f"{bundle.folder}/.dockswitch.json", b"hello")
    with pytest.raises(CorruptState) as refused:
        get(world, f"stable {RECORDED}")
    assert "move it aside" in refused.value.hint
    world.files.write(f"{bundle.folder}/.dockswitch.json", None)
    assert bundles.kept(world) == ()
    assert get(world, f"stable {RECORDED}").changed
    assert bundles.kept(world) == (bundle,)
    switch(world, RECORDED)  # sweeps
    is_whole(world)
    assert answering(world) == RECORDED
