"""Steps, each in a pair: doing it, and doing and undoing it."""

import copy
import itertools
import json

import pytest

from dockswitch.backends import bundles
from dockswitch.model.step import Engine, File, Key, Link, Step
from dockswitch.switching import transaction
from dockswitch.switching.transaction import SpoiledFile
from tests.world import Manners, World
from tests.world.commands import installed, switch
from tests.world.truth import answering

A, B = "20.10.24+dfsg1", "28.5.2+dfsg4"
LINK, FILE, JSON = "/etc/link", "/etc/file", "/etc/daemon.json"


def machine() -> World:
    world = World(stable=[A, B])
    world.files.point(LINK, "before")
    world.files.write(FILE, b"before", 0o600)
    world.files.write(JSON, b'{\n  "icc": false,\n  "debug": true\n}\n', 0o640)
    return world


STEPS: list[Step] = [
    Link(LINK, "after"),
    Link(LINK, "before"),
    Link(LINK, None),
    Link("/etc/new/link", "after"),
    Link("/etc/new/link", None),
    File(FILE, "after", 0o600),
    File(FILE, "before", 0o600),
    File(FILE, None, 0o600),
    File(FILE, "to be read by all\n"),
    File("/etc/new/file", "after"),
    File("/etc/new/file", None),
    File(FILE, "änderung\n", 0o600),
    Key(JSON, "experimental", "true"),
    Key(JSON, "debug", "false"),
    Key(JSON, "debug", None),
    Key(JSON, "nothing", None),
    Key("/etc/nowhere", "experimental", None),
]


def names(world: World) -> dict[str, object]:
    """Everything but folders: one that stays behind empty is nobody's loss."""
    return {path: e for path, e in world.files.entries.items() if world.kind(path) != "folder"}


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_makes_it_so_and_a_second_time_changes_nothing(step: Step) -> None:
    world = machine()
    transaction.act(world, step)
    match step:
        case Link(path, target):
            assert world.link(path) == target
        case File(path, content):
            assert world.read(path) == (content.encode() if content is not None else None)
        case Key(path, name, literal):
            told = json.loads(world.read(path) or b"{}")
            assert json.dumps(told.get(name)) == (literal or "null")
            assert world.mode(path) in (0o640, None)
        case Engine():
            raise AssertionError(step)
    before = copy.deepcopy(world.files.entries)
    with world.dies_at(1) as death:
        transaction.act(world, step)
    assert not death.came, "it acted though it was so already"
    assert world.files.entries == before


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_that_is_undone_was_never_done(step: Step) -> None:
    world = machine()
    before = names(world)
    inverse = transaction.inverse(world, step)
    assert type(inverse) is type(step)
    transaction.act(world, step)
    assert transaction.undo(world, [inverse]) == []
    assert names(world) == before
    assert transaction.undo(world, [inverse]) == []
    assert names(world) == before


def test_a_key_of_a_file_that_was_spoiled_since_is_told_with_the_file() -> None:
    world = machine()
    world.files.write(JSON, b"{ spoiled")
    for step in (Key(JSON, "debug", "false"), Key(JSON, "debug", None)):
        with pytest.raises(SpoiledFile) as failure:
            transaction.act(world, step)
        assert "/m/etc/daemon.json" in failure.value.message
        assert transaction.undo(world, [step]) == [f"{step}: {failure.value}"]
    assert world.read(JSON) == b"{ spoiled"


def engines(world: World) -> dict[str, Engine]:
    """The engine of each version, and none."""
    found = {"": Engine(())}
    for version in (A, B):
        switch(world, version)
        engine = transaction.inverse(world, Engine(()))
        assert isinstance(engine, Engine)
        found[version] = engine
    return found


@pytest.mark.parametrize(("before", "after"), list(itertools.product(["", A, B], repeat=2)))
def test_an_engine_that_is_undone_is_the_one_before(before: str, after: str) -> None:
    world = machine()
    known = engines(world)
    transaction.act(world, known[before])
    world.pause(1)
    assert answering(world) == (before or None)
    inverse = transaction.inverse(world, known[after])
    pids = [each.pid for each in world.engines]
    transaction.act(world, known[after])
    world.pause(1)
    assert answering(world) == (after or None)
    assert len(world.engines) == (1 if after else 0)
    assert (pids == [each.pid for each in world.engines]) == (before == after)
    assert transaction.undo(world, [inverse]) == []
    world.pause(1)
    assert answering(world) == (before or None)


def test_an_engine_that_runs_and_does_not_answer_is_started_anew() -> None:
    world = machine()
    known = engines(world)
    world.engines[0].manners = Manners(mute=True)
    pid = world.engines[0].pid
    transaction.act(world, known[B])
    world.pause(1)
    assert [each.pid for each in world.engines] != [pid]
    assert answering(world) == B


def test_undoing_goes_backwards_and_carries_on_past_failures() -> None:
    world = machine()
    switch(world, A)
    switch(world, B)
    old, new = (f"/m{each.folder}/dockerd" for each in bundles.kept(world))
    world.files.folder("/etc/folder")
    failures = transaction.undo(
        world,
        [
            Link("/etc/first", "one"),
            File("/etc/folder", "in the way"),
            Link("/etc/first", "two"),
        ],
    )
    assert world.link("/etc/first") == "one"
    assert len(failures) == 1
    assert failures[0].startswith("write /etc/folder: [Errno 21]")
    assert old != new
    assert installed(world).daemon is not None
