"""Whether the wanted engine runs here: proven beside the old one, which is not stopped before.

A user's engine is proven the same way: only how it is started differs.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from dockswitch.engine import daemon_config, trial
from dockswitch.engine.flags import RootTooLong
from dockswitch.engine.trial import Places, Starter, Trial
from dockswitch.model.errors import DockswitchError, NoNamespaces, SwitchUndone
from dockswitch.model.plan import Goal, Wanted
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.step import Key, Step
from dockswitch.model.version import Version
from dockswitch.switching import programs

# Given whether the old engine runs a container, what is worth saying; raises DoesNotRunHere.
Verdict: TypeAlias = Callable[[bool], str | None]


@contextlib.contextmanager
def proven(
    system: System, goal: Goal, old: Version | None, steps: Sequence[Step], progress: Progress
) -> Iterator[Verdict]:
    """Starts the wanted engine on a throw-away data-root; within, it is asked for its verdict.

    It is gone at the end. While it starts there is time to ask the old one.
    """
    places = Places.of_proof(system.layout)
    bundle = goal.bundle
    if bundle is None or goal.engine != "start":
        yield lambda _: None
        return
    progress.say(f"proving {bundle.version} beside the running engine")
    with programs.unpacked(system, goal, bundle, progress) as folder:
        wanted = Wanted(bundle.version, folder, goal.data)
        with _on_trial(system, places, wanted, old, steps, progress) as verdict:
            yield verdict


@contextlib.contextmanager
def _on_trial(
    system: System,
    places: Places,
    wanted: Wanted,
    old: Version | None,
    steps: Sequence[Step],
    progress: Progress,
) -> Iterator[Verdict]:
    begun = None
    try:
        verdict: Verdict
        try:
            start = _starter(system, places, wanted)
            trial.end(system, places)  # one that was killed
            begun = trial.begin(system, places, wanted, _keys(system, steps), start)
        except (NoNamespaces, RootTooLong) as error:
            verdict = _not_proven(wanted.version, error)
        except (DockswitchError, OSError) as error:
            raise DoesNotRunHere(wanted.version, old, str(error), _log(system, places)) from error
        else:
            verdict = _asks(system, begun, old, progress)
        yield verdict
    finally:
        trial.end(system, places, begun)


def _starter(system: System, places: Places, wanted: Wanted) -> Starter | None:
    if system.layout.scope == "system":
        return None
    from dockswitch.engine import rootless_trial  # only where a user has an engine

    return rootless_trial.starter(system, places, wanted)


def _asks(system: System, begun: Trial, old: Version | None, progress: Progress) -> Verdict:
    def verdict(old_runs_container: bool) -> str | None:  # noqa: FBT001 -- the one thing to know
        reason = trial.answers(system, begun)
        if reason is None and old_runs_container:
            progress.say(f"running a container with {begun.wanted.version}")
            reason = trial.runs_container(system, begun)
        if reason is not None:
            log = _log(system, begun.places)
            raise DoesNotRunHere(begun.wanted.version, old, reason, log)
        return None

    return verdict


def _not_proven(version: Version, why: DockswitchError) -> Verdict:
    note = f"{version} was not proven before the old engine was stopped: {why}: {why.details}"
    return lambda _: note


def _keys(reader: Reader, steps: Sequence[Step]) -> dict[str, object]:
    """What the machine's daemon.json will set when the steps are done."""
    keys = daemon_config.values(reader) or {}
    for step in steps:
        if isinstance(step, Key) and step.path == reader.layout.engine_config:
            keys.pop(step.name, None)
            if step.value is not None:
                keys[step.name] = json.loads(step.value)
    return keys


def _log(reader: Reader, places: Places) -> str:
    return reader.layout.real(places.log)


class DoesNotRunHere(SwitchUndone):
    def __init__(self, version: Version, old: Version | None, reason: str, log: str) -> None:
        super().__init__(
            f"{version} does not run here: {old or 'the old engine'} was never stopped",
            details=reason,
            hint=f"what it said on trial stands in {log}",
        )
