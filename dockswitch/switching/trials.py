"""Engines on trial beside the machine's own: each in a network of its own, and gone with its owner.

Nobody waits for the machine's lock here: the lock of each name says whose it is, and whether that
owner lives.
"""

import contextlib
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dockswitch.engine import daemon_config, trial, trial_network
from dockswitch.engine.trial import Places, Starter
from dockswitch.model import finding
from dockswitch.model.errors import Busy, DockswitchError, UsageError
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Progress, System
from dockswitch.model.release import Bundle
from dockswitch.switching import trial_images, trial_record, trial_sweep
from dockswitch.switching.trial_record import Record

# Short, since its sockets lie below it; and fit for the name of a docker context.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")


@dataclass(frozen=True, slots=True)
class Tried:
    """One that answers: `folder` of its programs and `socket` are paths inside the root.

    In the network of process `pid` its published ports answer.
    """

    name: str
    version: str
    channel: str
    folder: str
    socket: str
    pid: int

    @classmethod
    def of(cls, record: Record) -> "Tried":
        return cls(
            record.name, record.version, record.channel, record.folder, record.socket, record.pid
        )


@dataclass(frozen=True, slots=True)
class Whose:
    """The user who tries it, and the folder of their docker client, empty for the usual one."""

    uid: int
    config: str = ""


@contextlib.contextmanager
def begun(
    system: System,
    bundle: Bundle,
    name: str,
    progress: Progress,
    *,
    channel: str = "",
    images: Sequence[str] = (),
    whose: Whose | None = None,
    context: str = "",
) -> Iterator[Tried]:
    """An engine that answers as its version, with these images of the machine's; gone at the end.

    An empty `name` takes the first free one. It ends with us too, however we end. It answers to
    root, and to those `whose` it is; `context` is the docker context that is to lead to it. Raises
    NameTaken, DoesNotAnswer, RootTooLong, NoNamespaces, and what copying images raises.
    """
    with _claimed(system, name) as taken, contextlib.ExitStack() as ends:
        places = Places.of_trial(system.layout, taken)
        record = Record(
            name=taken,
            version=str(bundle.version),
            channel=channel or next(iter(bundle.channels), ""),
            folder=bundle.folder,
            socket=places.socket,
            since=system.now(),
            owner=os.getpid(),
            context=context,
            uid=whose.uid if whose else 0,
            config=whose.config if whose else "",
        )
        trial_images.refuse_missing(system, images)
        trial_sweep.clear(system, taken)  # of an owner that was killed
        ends.callback(trial.end, system, places)
        trial_record.write(system, record)
        progress.say(f"starting {bundle.version} as {taken}, beside what runs here")
        pid = _answering(system, bundle, places, ends)
        ends.callback(system.write, places.log, None)  # it tells of nothing that failed
        if whose is not None and system.layout.scope == "system":
            system.give(places.socket, whose.uid)
        record = replace(record, pid=pid)
        trial_record.write(system, record)
        for image in images:
            trial_images.copy(system, image, places.socket, progress)
        yield Tried.of(record)


def _answering(system: System, bundle: Bundle, places: Places, ends: contextlib.ExitStack) -> int:
    """The process whose network an engine has, once that answers; what ends it is in `ends`."""
    network = trial_network.possible(system)
    for note in network.notes:
        system.tell(note)
    wanted = Wanted(bundle.version, bundle.folder)
    person = daemon_config.values(system) or {}
    starts = _starter(system, places, wanted)
    started = trial.begin(system, places, wanted, person, starts, network)
    ends.callback(system.end, started.pid, wait=10, kill=True)
    leads_out = trial_network.leads_out(system, network, started.pid, places.network_log)
    if leads_out is not None:
        ends.callback(system.end, leads_out, wait=10, kill=True)
    reason = trial.answers(system, started)
    if reason is not None:
        raise DoesNotAnswer(str(bundle.version), reason, system.layout.real(places.log))
    if leads_out is not None and not trial_network.is_up(system, started.pid, leads_out):
        system.tell(trial_network.NOT_UP)
    return trial.network_of(system, started)


def named(name: str) -> str:
    """The name, once it is sure that one may be called so; raises BadName."""
    if not _NAME.fullmatch(name):
        raise BadName(name)
    return name


def _starter(system: System, places: Places, wanted: Wanted) -> Starter | None:
    """How one without root is started, None where root starts it. Raises what that would miss."""
    if system.layout.scope == "system":
        return None
    from dockswitch.engine import rootless, rootless_needs, rootless_trial

    kit = system.names(rootless.kit_of(system, wanted.folder))
    brings = rootless_needs.brought(wanted.version, kit)
    finding.refuse(rootless_needs.findings(system, brings, instead=rootless_needs.AS_ROOT))
    return rootless_trial.starter(system, places, wanted, own_network=True)


@contextlib.contextmanager
def _claimed(system: System, name: str) -> Iterator[str]:
    """The name that is ours, that one or the first that is free."""
    free = (f"t{number}" for number in itertools.count(1))
    for each in (named(name),) if name else free:
        with system.claimed(trial_record.claim(system.layout, each)) as ours:
            if ours:
                yield each
                return
    raise NameTaken(name, trial_record.read(system, name))


class BadName(UsageError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"no trial can be called {name!r}",
            details="its name has at most 20 small letters, digits, - and _, no sign first",
            hint="such as --keep rc1",
        )


class NameTaken(Busy):
    """`record` is what is known of the one that has it, None where that is nothing yet."""

    def __init__(self, name: str, record: Record | None) -> None:
        what = f"{record.version}, since {record.since}" if record else "it has just begun"
        super().__init__(
            f"there is a trial {name} already",
            details=what,
            hint=f"take another name, or end it: dockswitch try --end {name}",
        )


class DoesNotAnswer(DockswitchError):
    def __init__(self, version: str, reason: str, log: str) -> None:
        super().__init__(
            f"{version} does not run here on trial; nothing else was touched",
            details=reason,
            hint=f"what it said stands in {log}",
        )
