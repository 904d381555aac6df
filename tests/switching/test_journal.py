"""The journal: what of it counts when it was cut short, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockswitch.model.errors import CorruptState
from dockswitch.model.generation import Generation
from dockswitch.model.release import Fetched
from dockswitch.model.step import Containers, Engine, File, Link, Step
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.switching import journal
from tests.world import World

PATH = "/var/lib/dockswitch/journal/000001.jsonl"
STEP = Link("/usr/local/bin/docker", "../docker")
INVERSE = Link("/usr/local/bin/docker", None)
GENERATION = Generation(
    number=1,
    version=Version.parse("17.06.0-ce-rc2"),
    channel="test",
    backend="static",
    folder="/var/lib/dockswitch/versions/17.06.0-ce-rc2-abc",
    names=("docker", "dockerd"),
    artifacts=(Fetched("https://mirror.test/docker.tgz", "ab" * 32, 7, Trust.RECORDED),),
    time="2026-01-01T00:00:00Z",
    wish="test",
    running=True,
)


def written(*, steps: int = 2) -> World:
    """A world with an open journal."""
    world = World()
    opened = journal.begin(world, "test", container=True)
    for _ in range(steps):
        journal.doing(world, opened, STEP, INVERSE)
    return world


def last(world: World) -> journal.Journal:
    found = journal.last(world)
    assert found is not None
    return found


def text(world: World) -> bytes:
    return world.files.read(PATH) or b""


def test_a_machine_without_a_switch_has_no_journal() -> None:
    assert journal.last(World()) is None
    assert journal.read_all(World()) == ()


def test_a_journal_is_open_until_it_is_committed_or_undone() -> None:
    world = written()
    found = last(world)
    assert found.open
    assert found.path == PATH
    assert found.begin == journal.Begin("test", "2026-01-01T00:00:00Z", container=True)
    assert found.inverses == (INVERSE, INVERSE)
    journal.commit(world, found, GENERATION)
    assert not last(world).open
    assert last(world).commit == GENERATION


def test_an_undone_journal_has_no_generation() -> None:
    world = written()
    journal.undone(world, last(world))
    assert not last(world).open
    assert last(world).commit is None


def test_journals_are_numbered_in_order() -> None:
    world = written()
    journal.begin(world, "stable", container=False)
    assert [each.begin.wish for each in journal.read_all(world)] == ["test", "stable"]
    assert world.names(world.layout.journal) == ("000001.jsonl", "000002.jsonl")
    world.files.write(f"{world.layout.journal}/notes.txt", b"mine")
    assert len(journal.read_all(world)) == 2


@pytest.mark.parametrize("size", range(1, 400, 3))
def test_a_last_line_that_was_cut_short_is_no_line(size: int) -> None:
    world = written()
    whole = text(world)
    cut = whole[: max(0, len(whole) - size)]
    world.files.write(PATH, cut)
    found = last(world)
    # a line that lacks nothing but its end is whole
    lines = cut.count(b"\n") + (cut[-1:] == b"}" and cut.rpartition(b"\n")[2] in whole.split(b"\n"))
    assert len(found.inverses) == max(0, lines - 1)
    assert found.open == (lines > 0)


def test_a_commit_that_was_cut_short_is_none_and_its_undoing_is_read() -> None:
    world = written()
    before = len(text(world))
    journal.commit(world, last(world), GENERATION)
    world.files.write(PATH, text(world)[: before + 30])
    assert last(world).open
    journal.undone(world, last(world))
    assert not last(world).open
    assert last(world).commit is None
    assert len(last(world).inverses) == 2


def test_what_an_undo_is_to_end_with_is_known_however_it_was_cut_short() -> None:
    world, again = written(), Containers(("key",), run=True)
    journal.commit(world, last(world), GENERATION)
    world.files.write(PATH, text(world)[:-12])
    journal.at_last(world, last(world), again)
    assert last(world).inverses == (again, INVERSE, INVERSE)
    assert last(world).open
    world.files.write(PATH, text(world)[:-12])
    journal.at_last(world, last(world), again)
    assert last(world).inverses == (again, INVERSE, INVERSE)


def test_an_undoing_that_was_cut_short_is_done_again() -> None:
    world = written()
    journal.undone(world, last(world))
    world.files.write(PATH, text(world)[:-12])
    assert last(world).open
    journal.undone(world, last(world))
    assert not last(world).open


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b'{"doing": {"st', "line 2 is not JSON"),
        (b"[]", "line 2 is not JSON"),
        (b'{"doing": {}, "inverse": {"step": "Rocket"}}', "line 2: KeyError('Rocket')"),
        (b'{"doing": {}, "inverse": {"step": "Link", "colour": 1}}', "line 2: TypeError"),
        (b'{"begin": {}}', "line 2: KeyError('wish')"),
        (b'{"commit": {"version": "x", "artifacts": []}}', "line 2: "),
        (b'{"begin": 3}', "line 2: TypeError"),
        (b'{"commit": {"version": null, "artifacts": "x"}}', "line 2: "),
    ],
)
def test_a_line_that_is_wrong_is_told_and_never_passed_over(line: bytes, what: str) -> None:
    world = written()
    lines = text(world).splitlines()
    world.files.write(PATH, b"\n".join([lines[0], line, *lines[1:]]))
    with pytest.raises(CorruptState) as failure:
        journal.last(world)
    assert failure.value.message == f"{world.layout.real(PATH)} cannot be read"
    assert failure.value.details.startswith(what)
    assert failure.value.hint == "restore it from a copy, or move it aside to begin anew"


@pytest.mark.parametrize("content", [b"hello\n", b"[1]\n", b"\xff\x00\x01", b"\0\0x"])
def test_what_no_kill_can_have_left_is_not_taken_for_a_switch_that_never_was(
    content: bytes,
) -> None:
    world = World()
    world.files.write(PATH, content)
    with pytest.raises(CorruptState):
        journal.last(world)


@pytest.mark.parametrize("content", [b"", b'{"beg', b"\0" * 300])
def test_what_a_kill_or_a_power_cut_may_leave_is_a_switch_that_never_was(content: bytes) -> None:
    world = World()
    world.files.write(PATH, content)
    assert not last(world).open
    assert last(world).commit is None


words = st.text(max_size=20)
steps = st.one_of(
    st.builds(Link, words, st.none() | words),
    st.builds(File, words, st.none() | words, st.integers(0, 0o777)),
    st.builds(Engine, st.lists(words, max_size=4).map(tuple)),
)


@given(st.lists(steps, max_size=5))
def test_every_step_is_read_as_it_was_written(inverses: list[Step]) -> None:
    world = World()
    opened = journal.begin(world, "test", container=False)
    for inverse in inverses:
        journal.doing(world, opened, STEP, inverse)
    assert last(world).inverses == tuple(inverses)
