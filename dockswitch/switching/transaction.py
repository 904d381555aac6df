"""A transaction: steps performed one by one, each inverse journalled before, undone in reverse."""

from collections.abc import Sequence
from dataclasses import replace

from dockswitch.engine import flags, group, running, supervision
from dockswitch.model import json_key
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import System
from dockswitch.model.step import (
    Aside,
    ByHand,
    Containers,
    Engine,
    File,
    Group,
    Holds,
    Key,
    Link,
    Machine,
    Packages,
    Service,
    Step,
    assert_never,
)
from dockswitch.switching import journal, proof
from dockswitch.switching.journal import Journal


def perform(system: System, opened: Journal, step: Step) -> None:
    """Journals the step's inverse, then performs it."""
    journal.doing(system, opened, step, inverse(system, step))
    act(system, step)


def undo(system: System, inverses: Sequence[Step]) -> list[str]:
    """Performs the inverses in reverse order and carries on past failures, which it returns."""
    failures = []
    for step in reversed(inverses):
        try:
            act(system, step)
        except (DockswitchError, OSError) as error:
            failures.append(f"{step}: {error}")
    return failures


def inverse(system: System, step: Step) -> Step:
    """The step that brings back what is there now."""
    match step:
        case Link(path):
            return Link(path, system.link(path))
        case File(path, mode=mode, encoding=encoding):
            content = system.read(path)
            text = content.decode(encoding) if content is not None else None
            return File(path, text, system.mode(path) or mode, encoding)
        case Key(path, name):
            return Key(path, name, _literal(system, path, name))
        case Engine():
            return running.observed(system)
        case Containers():
            from dockswitch.engine import containers  # links alone spare it

            return containers.running_of(system, step)
        case Group(name):
            return Group(name, needed=False)
        case Service() | ByHand() | Aside():
            return _inverse_of_theirs(system, step)
        case Packages() | Holds() | Machine():
            return _inverse_at_others(system, step)
        case _:
            assert_never(step)


def act(system: System, step: Step) -> None:
    """Makes it so; does nothing where it is so already."""
    match step:
        case Link(path, target):
            if system.link(path) != target:
                system.point(path, target)
        case File():
            _write(system, step)
        case Key(path, name, value):
            _set(system, path, name, value)
        case Engine():
            _run(system, step)
        case Containers():
            _make_so(system, step)
        case Group():
            _add(system, step)
        case Service() | ByHand() | Aside():
            _act_on_theirs(system, step)
        case Packages() | Holds() | Machine():
            _have_others_act(system, step)
        case _:
            assert_never(step)


def _write(system: System, file: File) -> None:
    wanted = None if file.content is None else file.content.encode(file.encoding)
    if system.read(file.path) != wanted:
        system.write(file.path, wanted, file.mode)


def _add(system: System, wanted: Group) -> None:
    if wanted.needed:
        group.add(system, wanted.name)


def _inverse_of_theirs(system: System, step: Service | ByHand | Aside) -> Step:
    """The same for what an adopted engine brought."""
    match step:
        case Service():
            from dockswitch.engine import services  # few machines have a neighbour

            return services.observed(system, step)
        case ByHand():
            from dockswitch.engine import by_hand

            return replace(step, runs=by_hand.running(system, step) is not None)
        case Aside():
            return replace(step, there=system.kind(step.place) is None)
        case _:
            assert_never(step)


def _act_on_theirs(system: System, step: Service | ByHand | Aside) -> None:
    """Likewise."""
    match step:
        case Service():
            from dockswitch.engine import services

            services.act(system, step)
        case ByHand():
            from dockswitch.engine import by_hand

            by_hand.act(system, step)
        case Aside(path, there):
            is_aside = system.kind(step.place) is not None
            if is_aside == there:
                system.move(*((step.place, path) if there else (path, step.place)))
        case _:
            assert_never(step)


def _inverse_at_others(system: System, step: Packages | Holds | Machine) -> Step:
    """The same for what apt or a keeper of virtual machines does for us."""
    if isinstance(step, Machine):
        from dockswitch.vms import steps as machines  # only where there are some

        return machines.observed(system, step)
    from dockswitch.apt import steps  # only where packages are installed

    return steps.observed(system, step)


def _have_others_act(system: System, step: Packages | Holds | Machine) -> None:
    """Likewise."""
    if isinstance(step, Machine):
        from dockswitch.vms import steps as machines

        machines.make_so(system, step)
        return
    from dockswitch.apt import steps

    steps.make_so(system, step)


def _literal(system: System, path: str, name: str) -> str | None:
    content = system.read(path)
    return None if content is None else json_key.literal(content.decode(), name)


def _set(system: System, path: str, name: str, value: str | None) -> None:
    """In a file with its owner's own permissions; one that is gone is not made anew to unset it."""
    content = system.read(path)
    if content is None and value is None:
        return
    try:
        text = json_key.put("{}\n" if content is None else content.decode(), name, value)
    except ValueError as error:
        raise SpoiledFile(system.layout.real(path), name, str(error)) from None
    if text.encode() != content:
        system.write(path, text.encode(), system.mode(path) or 0o644)


def _make_so(system: System, wanted: Containers) -> None:
    """By the engine that runs now, which may just have been started."""
    if not wanted.ids:
        return
    engine = running.observed(system)
    reason = proof.answers(system, engine) if engine.argv else "no engine runs"
    if reason is not None:
        raise NobodyToAsk(reason)
    from dockswitch.engine import containers  # likewise

    containers.make_so(system, wanted)


def _run(system: System, wanted: Engine) -> None:
    supervisor = supervision.of(system)
    daemon = supervisor.running(system)
    if daemon is not None:
        same = flags.stored(daemon.argv, system.layout.root) == wanted.argv
        # One that was told to stop still runs for a while: only one that answers is there.
        if same and proof.answers(system, wanted) is None:
            return
    supervisor.stop(system)
    if wanted.argv:
        supervisor.start(system, wanted)


class SpoiledFile(DockswitchError):
    def __init__(self, path: str, name: str, why: str) -> None:
        super().__init__(
            f"{name} cannot be changed in {path}",
            details=f"it is no JSON object any more: {why}",
            hint="correct it by hand",
        )


class NobodyToAsk(DockswitchError):
    def __init__(self, why: str) -> None:
        super().__init__("containers cannot be started or stopped", details=why)
