"""Any sequence of commands, each killed at any call or none: what holds of a machine holds."""

import contextlib

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from dockswitch.model.errors import SwitchUndone
from dockswitch.model.generation import Generation
from dockswitch.switching import history
from dockswitch.switching.history import NoSuchGeneration
from tests.world import MOMENTS, Manners, Moment, World
from tests.world.commands import go_back, mend, prune, start, stop, switch
from tests.world.deaths import deaths
from tests.world.truth import is_whole

A, B, C = "17.12.0-ce", "20.10.24+dfsg1", "28.5.2+dfsg4"
OWNERS = b'{\n  "experimental": false,\n  "debug": true\n}\n'
EXPERIMENTAL = OWNERS.replace(b"false", b"true")
versions = st.sampled_from([A, B, C])
words = st.sampled_from([A, B, C, f"test {B}"])
# no kill in half of the runs, else at one of the calls that a switch makes
kills = st.none() | st.tuples(st.integers(1, 60), st.sampled_from(MOMENTS))
Kill = tuple[int, Moment] | None


class Machine(RuleBasedStateMachine):
    """Each command may be killed; then comes `recover`, itself killed at first, as often as not."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(stable=[A, B], test=[B, C])
        self.world.files.write(self.world.layout.engine_config, OWNERS)
        self.stopped = False
        self.known: tuple[Generation, ...] = ()

    @rule(words=words, experimental=st.booleans(), kill=kills, again=kills)
    def use(self, words: str, experimental: bool, kill: Kill, again: Kill) -> None:  # noqa: FBT001
        before = history.generations(self.world)
        killed = self._run(
            kill, lambda: switch(self.world, words, experimental=experimental), again
        )
        after = history.generations(self.world)
        if not killed:
            assert str(after[-1].version) == words.split()[-1]
        if not killed or len(after) > len(before):
            self.stopped = False

    @rule(version=versions)
    def use_of_one_that_dies(self, version: str) -> None:
        self.world.manners[version] = Manners(dies="no")
        before, engines = history.newest(self.world), [e.pid for e in self.world.engines]
        try:
            switch(self.world, version)
            assert before.version is not None  # it runs already, and nothing asks it to start
            assert not before.experimental
            assert str(before.version) == version
            assert [each.pid for each in self.world.engines] == engines
        except SwitchUndone:
            assert history.newest(self.world) == before
        finally:
            self.world.manners.clear()

    @rule(kill=kills, again=kills)
    def rollback(self, kill: Kill, again: Kill) -> None:
        before = history.generations(self.world)
        self._run(kill, lambda: go_back(self.world), again)
        if len(history.generations(self.world)) > len(before):
            self.stopped = False

    @precondition(lambda self: history.newest(self.world).version is not None)
    @rule(kill=kills, again=kills)
    def daemon_stop(self, kill: Kill, again: Kill) -> None:
        self._run(kill, lambda: stop(self.world), again)
        self.stopped = not self.world.engines

    @precondition(lambda self: history.newest(self.world).version is not None)
    @rule(kill=kills, again=kills)
    def daemon_start(self, kill: Kill, again: Kill) -> None:
        self._run(kill, lambda: start(self.world), again)
        self.stopped = not self.world.engines

    @rule(kill=kills, again=kills)
    def prune(self, kill: Kill, again: Kill) -> None:
        self._run(kill, lambda: prune(self.world), again)

    @rule()
    def recover(self) -> None:
        assert mend(self.world) is None

    @invariant()
    def one_version_is_wholly_there(self) -> None:
        is_whole(self.world, stopped=self.stopped)

    @invariant()
    def what_its_owner_wrote_is_there_but_for_what_was_asked(self) -> None:
        experimental = history.newest(self.world).experimental
        content = self.world.read(self.world.layout.engine_config)
        assert content == (EXPERIMENTAL if experimental else OWNERS)
        assert all(engine.experimental == experimental for engine in self.world.engines)

    @invariant()
    def the_history_only_grows(self) -> None:
        now = history.generations(self.world)
        assert now[: len(self.known)] == self.known
        assert [each.number for each in now] == list(range(1, len(now) + 1))
        self.known = now

    def _run(self, kill: Kill, command: object, again: Kill) -> bool:
        """Runs it, and mends what it left; whether it was killed."""
        assert callable(command)
        number, moment = kill or (10_000, "before")
        # a rollback may find nothing to go back to
        with self.world.dies_at(number, moment) as death, contextlib.suppress(NoSuchGeneration):
            command()
        if death.came and again is not None:
            with self.world.dies_at(*again):
                mend(self.world)
        mend(self.world)
        self.world.pause(1)
        return death.came


Machine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
TestAnySequence = Machine.TestCase


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("first", [8, 14, 17, 20, 24, 30])
def test_a_recovery_that_is_killed_at_any_call_is_finished_by_the_next(
    first: int, moment: Moment
) -> None:
    killed = World(stable=[A, B], test=[B, C])
    switch(killed, A)
    with killed.dies_at(first) as death:
        switch(killed, C)
    assert death.came
    for again in deaths(killed, mend, moment, least=1):
        mend(again.world)
        with again.told():
            is_whole(again.world)
