"""A command against several engines: which they come to, what runs, and what comes of it."""

from dataclasses import dataclass, field

import pytest

from dockswitch.model import wish
from dockswitch.model.errors import NotPublished
from dockswitch.model.matrix import Entry, Result
from dockswitch.model.trust import Trust
from dockswitch.switching import matrix, trial_images, trial_record
from dockswitch.switching.matrix import Wish
from dockswitch.switching.trials import Tried
from tests.world import Manners, World
from tests.world.commands import Quiet, accepted, catalog

OLD, MID, NEW = "20.10.24+dfsg1", "26.1.5+dfsg1", "28.5.2+dfsg4"


def machine() -> World:
    return World(stable=[OLD, MID], test=[OLD, MID, NEW])


def requests(*words: str) -> list[wish.Request]:
    return [wish.parse([word], tuple(catalog().channels)) for word in words]


def entries(world: World, *words: str) -> tuple[Entry, ...]:
    return matrix.entries(world, catalog, requests(*words), "static", accepted(), Quiet())


@dataclass
class Audience:
    """As a person sees it."""

    enough: int = 1000
    lines: dict[int, list[str]] = field(default_factory=dict)
    codes: dict[int, int] = field(default_factory=dict)

    def began(self, place: int) -> None:
        self.lines[place] = []

    def heard(self, place: int, line: str) -> None:
        self.lines[place].append(line)

    def ended(self, place: int, code: int) -> bool:
        self.codes[place] = code
        return len(self.codes) < self.enough

    def waits(self) -> None:
        pass

    def result(self, place: int) -> Result:
        return matrix.result(self.lines[place][-1], code=self.codes[place])


@dataclass
class Command:
    """What runs in each: it exits with the code that it has for a version."""

    world: World
    codes: dict[str, int] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)

    def __call__(self, tried: Tried, log: str) -> int:
        assert trial_record.lives(self.world, tried.name)
        assert log == f"/logs/{tried.version}"
        self.ran.append(tried.version)
        return self.codes.get(tried.version, 0)


def done(world: World, command: Command, *words: str, images: tuple[str, ...] = ()) -> Audience:
    found = entries(world, *words)
    logs = [f"/logs/{each.version}" for each in found]
    audience = Audience()
    world.beside(matrix.works(world, found, logs, Wish(command, images)), jobs=2, audience=audience)
    return audience


def test_each_word_comes_to_an_engine_and_two_for_one_run_it_once() -> None:
    found = entries(machine(), "stable", f"test@{OLD}", "26.1", "test")
    assert [(str(each.version), each.words, each.channel) for each in found] == [
        (MID, ("stable", "26.1"), "stable"),
        (OLD, (f"test@{OLD}",), "test"),
        (NEW, ("test",), "test"),
    ]


def test_all_are_there_before_anything_runs() -> None:
    world = machine()
    with pytest.raises(NotPublished):
        entries(world, "stable", "99")
    assert world.names(world.layout.versions) == ()  # not even the first was fetched
    entries(world, "stable", "test")
    assert len(world.names(world.layout.versions)) == 2


def test_the_command_runs_with_each_and_no_trial_is_left() -> None:
    world = machine()
    command = Command(world, {NEW: 7})
    audience = done(world, command, "stable", "test")
    assert command.ran == [MID, NEW]
    results = [audience.result(place) for place in (0, 1)]
    assert [(each.how, each.exit) for each in results] == [("done", 0), ("done", 7)]
    assert all(each.ready > 0 for each in results)
    assert matrix.worst(results) == 7
    assert trial_record.names(world) == ()


def test_one_that_does_not_start_is_told_and_the_others_run() -> None:
    world = machine()
    world.manners[MID] = Manners(dies="cannot")
    command = Command(world)
    audience = done(world, command, "stable", "test")
    assert command.ran == [NEW]
    broken = audience.result(0)
    assert broken.how == "broken"
    assert "cannot" in broken.why
    assert matrix.worst([broken, audience.result(1)]) == 125


def test_an_image_that_nobody_has_is_told_before_anything_starts() -> None:
    world, command = machine(), Command(machine())
    with pytest.raises(trial_images.NobodyHasImages):
        done(world, command, "stable", images=("app",))
    assert command.ran == []


@pytest.mark.parametrize(
    ("told", "code", "how"),
    [
        ("", 130, "ended"),
        ("", -9, "broken"),
        ('{"error": "no room"}', 0, "broken"),
        ('{"exit": 3, "seconds": 1.0, "ready": 0.5}', 0, "done"),
    ],
)
def test_what_came_of_one_is_in_its_last_words(told: str, code: int, how: str) -> None:
    assert matrix.result(told, code=code).how == how


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([], 0),
        ([Result("done", exit=0), Result("ended")], 0),
        ([Result("done", exit=2), Result("done", exit=1), Result("left out")], 2),
        ([Result("done", exit=2), Result("broken")], 125),
        ([Result("done", exit=127), Result("broken")], 127),
    ],
)
def test_the_exit_code_is_that_of_the_worst(results: list[Result], code: int) -> None:
    assert matrix.worst(results) == code


@pytest.mark.parametrize(
    ("available", "cores", "count", "jobs"),
    [
        ("23000000", 2, 4, 2),
        ("23000000", 8, 4, 4),
        ("1000000", 8, 4, 2),  # half of it is left alone
        ("100000", 8, 4, 1),
        ("", 2, 4, 2),
    ],
)
def test_as_many_run_at_once_as_cores_and_memory_allow(
    available: str, cores: int, count: int, jobs: int
) -> None:
    world = World()
    if available:
        text = f"MemTotal: 24000000 kB\nMemAvailable:   {available} kB\n"
        world.surroundings["/proc/meminfo"] = text.encode()
    assert matrix.jobs(world, cores=cores, count=count) == jobs


def test_a_ci_is_told_the_releases_and_nothing_is_fetched() -> None:
    world = machine()
    found = matrix.columns(
        world, catalog(), requests("stable", "26.1", "test"), "static", Trust.TLS
    )
    assert [(str(each.release.version), each.words) for each in found] == [
        (MID, ("stable", "26.1")),
        (NEW, ("test",)),
    ]
    assert world.names(world.layout.versions) == ()
