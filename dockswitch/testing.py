"""What every backend promises: a suite that the tests of a backend run on a machine of theirs.

from dockswitch import testing

def test_it_keeps_its_promises():
    testing.conforms(backend, system, [goal, another_goal])
"""

from collections.abc import Sequence
from typing import cast

from dockswitch.backends import Backend
from dockswitch.model import step as steps
from dockswitch.model.plan import Goal
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Step
from dockswitch.switching import transaction

_ASKING = frozenset(name for name in vars(Reader) if not name.startswith("_")) | {"layout", "host"}


def conforms(backend: Backend, system: System, goals: Sequence[Goal]) -> None:
    """Leads the machine through the goals and back; raises BrokenPromise for the first broken one.

    The goals are to differ, each from the one before it and the first from how the machine stands;
    what they need is to be here already. The machine is as it was behind it, but for what steps of
    one way alone leave (a group, an empty folder).
    """
    _is_named(backend)
    undo: list[list[Step]] = []
    for goal in goals:
        undo.append(_reached(backend, system, goal))
        _stays(backend, system, goal)
    for at in range(len(goals) - 1, -1, -1):
        failures = transaction.undo(system, undo[at])
        _holds(not failures, f"undoing {goals[at].bundle} failed: {failures}")
        if at:
            _stays(backend, system, goals[at - 1])


def _is_named(backend: Backend) -> None:
    _holds(backend.name.isidentifier(), f"its name is a word, not {backend.name!r}")
    _holds(bool(backend.takes), "it takes something: whose sources it installs from")


def _reached(backend: Backend, system: System, goal: Goal) -> list[Step]:
    """Performs the steps to the goal, each of them twice; what undoes them."""
    planned = _planned(backend, system, goal)
    _holds(bool(planned), f"there are steps to {goal.bundle}, which is not in force")
    inverses = []
    for step in planned:
        plain = steps.from_plain(steps.to_plain(step))
        _holds(plain == step, f"{step} is the same when it was written down and read")
        inverse = transaction.inverse(system, step)
        _holds(type(inverse) is type(step), f"the inverse of {step} is of its own kind")
        inverses.append(inverse)
        transaction.act(system, step)
        transaction.act(system, step)
    return inverses


def _stays(backend: Backend, system: System, goal: Goal) -> None:
    left = _planned(backend, system, goal)
    _holds(not left, f"nothing is left to do once {goal.bundle} is in force: {left}")


def _planned(backend: Backend, system: System, goal: Goal) -> tuple[Step, ...]:
    """What it plans when it can only ask, which it has to do twice in the same way."""
    asking = cast("Reader", _Asking(system))
    planned = backend.steps(goal, backend.installed(asking), asking)
    again = backend.steps(goal, backend.installed(asking), asking)
    _holds(planned == again, "who asks twice is told the same")
    return planned


def _holds(promise: bool, what: str) -> None:  # noqa: FBT001 -- reads as the assertion it is
    if not promise:
        raise BrokenPromise(what)


class BrokenPromise(AssertionError):
    """A backend that does not do what every backend promises; the message is the promise."""


class _Asking:
    """A machine that can be asked, and on which nothing can be done."""

    def __init__(self, system: System) -> None:
        self._system = system

    def __getattr__(self, name: str) -> object:
        _holds(name in _ASKING, f"a backend only asks, and never calls {name}")
        return getattr(self._system, name)
