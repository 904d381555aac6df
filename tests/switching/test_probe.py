"""The site's own check decides whether a switch stands."""

from collections.abc import Sequence

import pytest

from dockswitch.backends import find
from dockswitch.model import wish
from dockswitch.model.errors import Interrupted, SwitchUndone
from dockswitch.model.outcome import Outcome
from dockswitch.model.ports import Finished
from dockswitch.switching import use
from dockswitch.switching.options import Options
from tests.world import World
from tests.world.commands import Quiet, catalog, switch
from tests.world.truth import answering, is_whole

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"


def machine() -> World:
    world = World(stable=[OLD], test=[NEW])
    switch(world, OLD)
    return world


def probed(world: World, progress: Quiet | None = None) -> Outcome:
    """`dockswitch use NEW --probe 'check it'`"""
    request = wish.parse([NEW], tuple(catalog().channels))
    options = Options(probe=("check", "it"))
    backend = find("static")
    return use.use(world, catalog, request, backend, options, progress or Quiet())[0]


def test_one_that_is_content_lets_the_switch_stand_and_shows_what_it_said() -> None:
    world, progress = machine(), Quiet()
    asked: list[str | None] = []

    def check(words: Sequence[str]) -> Finished:
        asked.extend([*words, answering(world)])
        return Finished(0, "all is well\n", "")

    world.answers["check"] = check
    assert probed(world, progress).changed
    assert asked == ["check", "it", NEW]
    assert progress.said[-2:] == ["probing: check it", "all is well"]
    is_whole(world)


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (Finished(3, "one\ntwo\n", "three\n"), "ended with 3\none\ntwo\nthree"),
        (Finished(127, "", "check: not found"), "ended with 127\ncheck: not found"),
        (Finished(1, "", ""), "ended with 1"),
        (
            Finished(124, "", "check: not done after 600 s, ended"),
            "ended with 124\ncheck: not done",
        ),
    ],
)
def test_one_that_is_not_undoes_the_switch_and_says_why(ended: Finished, reason: str) -> None:
    world = machine()
    world.answers["check"] = lambda _: ended
    with pytest.raises(SwitchUndone) as failure:
        probed(world)
    assert failure.value.exit == 15
    assert failure.value.details.startswith(f"the probe `check it` {reason}")
    assert answering(world) == OLD
    is_whole(world)


def test_of_much_that_it_says_the_end_is_shown() -> None:
    world = machine()
    world.answers["check"] = lambda _: Finished(1, "".join(f"line {n}\n" for n in range(100)), "")
    with pytest.raises(SwitchUndone) as failure:
        probed(world)
    assert "line 99" in failure.value.details
    assert "line 79" not in failure.value.details


def test_one_that_is_interrupted_undoes_the_switch() -> None:
    world = machine()

    def check(words: Sequence[str]) -> Finished:
        raise KeyboardInterrupt

    world.answers["check"] = check
    with pytest.raises(Interrupted, match="interrupted"):
        probed(world)
    assert answering(world) == OLD
    is_whole(world)


def test_where_nothing_changes_nothing_is_probed() -> None:
    world = machine()
    switch(world, NEW)
    assert not probed(world).changed
