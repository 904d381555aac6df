"""A command against several engines, each in a trial of its own: choosing, fetching, running."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import DockswitchError, UsageError
from dockswitch.model.matrix import Column, Entry, Result
from dockswitch.model.ports import Progress, Reader, System, Teller, Work
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.model.wish import Request
from dockswitch.switching import chosen, find, trial_images, trials
from dockswitch.switching.authentic import Accepted
from dockswitch.switching.chosen import LateCatalog
from dockswitch.switching.options import Options
from dockswitch.switching.trials import Tried, Whose

# bytes: an engine and its containerd take about 120 MiB, and a command needs some too
_EACH, _ROOM = 192 << 20, 512 << 20
_MEMORY = ("/proc/meminfo", "MemAvailable:")
_COULD_NOT = 125

# What runs the command in an engine, with its output in a file (a real path); its exit code.
Run = Callable[[Tried, str], int]


@dataclass(frozen=True, slots=True)
class Wish:
    """How each engine is tried: with these images of the machine's, as `whose`."""

    run: Run
    images: tuple[str, ...] = ()
    whose: Whose | None = None


def columns(
    reader: Reader, catalog: Catalog, requests: Sequence[Request], backend: str, verify: Trust
) -> tuple[Column, ...]:
    """The release that each request means, one that several mean but once; as `find` raises."""
    found: dict[Version, Column] = {}
    for request in requests:
        release = find.find(reader, catalog, request, backend, verify=verify).release
        first = found.get(release.version, Column((), release))
        found[release.version] = replace(first, words=(*first.words, request.words))
    return tuple(found.values())


def entries(
    system: System,
    catalog: LateCatalog,
    requests: Sequence[Request],
    backend: str,
    accepted: Accepted,
    progress: Progress,
    *,
    source: str = "",
) -> tuple[Entry, ...]:
    """All of them chosen, then all fetched and verified where they are not kept already.

    What several requests mean is there once. Raises what `chosen` and `fetch` raise.
    """
    needs = Options().rootless(system.layout)
    wanted = [
        chosen.choose(system, catalog, request, backend, rootless=needs, source=source)
        for request in requests
    ]
    found: dict[Version, Entry] = {}
    for request, one in zip(requests, wanted, strict=True):
        bundle = chosen.fetched(system, one, accepted, progress).bundle
        channel = request.channel or one.channel or next(iter(bundle.channels), "")
        first = found.get(bundle.version, Entry((), channel, bundle))
        found[bundle.version] = replace(first, words=(*first.words, request.words))
    return tuple(found.values())


def works(
    system: System, entries: Sequence[Entry], logs: Sequence[str], wish: Wish
) -> list[tuple[Work, str]]:
    """What is to be done for each; raises what is wrong with the images, before anything starts."""
    trial_images.refuse_missing(system, wish.images)
    return [
        (_work(system, entry, log, wish), log) for entry, log in zip(entries, logs, strict=True)
    ]


def result(told: str, *, code: int, left_out: bool = False) -> Result:
    """What came of one: from its last words, and the code that its process ended with."""
    if left_out:
        return Result("left out", why="it was not begun any more")
    if not told:
        if code == 130:
            return Result("ended", why="it was interrupted")
        return Result("broken", why=f"its process ended with {code}")
    said = json.loads(told)
    if "error" in said:
        return Result("broken", why=said["error"])
    return Result("done", exit=said["exit"], seconds=said["seconds"], ready=said["ready"])


def worst(results: Sequence[Result]) -> int:
    """The exit code of all: the highest there is, where one that could not start counts as 125."""
    codes = [_COULD_NOT if each.how == "broken" else each.exit or 0 for each in results]
    return max(codes, default=0)


def jobs(reader: Reader, *, cores: int, count: int) -> int:
    """How many at a time, where nobody says: one a core, and as many as memory has room for."""
    path, field = _MEMORY
    text = (reader.outside(path) or b"").decode(errors="replace")
    lines = (line.split() for line in text.splitlines() if line.startswith(field))
    available = next((int(words[1]) << 10 for words in lines), _ROOM + cores * _EACH)
    return max(1, min(cores, count, (available - _ROOM) // _EACH))


def _work(system: System, entry: Entry, log: str, wish: Wish) -> Work:
    def work(teller: Teller) -> None:
        teller.tell(_said(_tried(system, entry, log, wish, teller)))

    return work


def _tried(system: System, entry: Entry, log: str, wish: Wish, teller: Teller) -> Result:
    began = system.monotonic()
    try:
        with trials.begun(
            system,
            entry.bundle,
            "",
            _Quiet(teller),
            channel=entry.channel,
            images=wish.images,
            whose=wish.whose,
        ) as tried:
            ready = system.monotonic()
            teller.tell(json.dumps({"ready": round(ready - began, 3)}))
            code = wish.run(tried, log)
            seconds = system.monotonic() - ready
            teller.settle()
    except DockswitchError as error:
        return Result("broken", why="; ".join([error.message, *error.details.splitlines()]))
    except OSError as error:  # such as a full disk
        return Result("broken", why=str(error))
    return Result("done", exit=code, seconds=round(seconds, 3), ready=round(ready - began, 3))


def _said(result: Result) -> str:
    if result.how == "broken":
        return json.dumps({"error": result.why})
    return json.dumps({"exit": result.exit, "seconds": result.seconds, "ready": result.ready})


class _Quiet:
    """Progress of one among several: what it does stands in their lines."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def begin(self, what: str, total: int | None) -> Callable[[int], None]:  # noqa: ARG002
        return lambda _: None

    def end(self) -> None:
        pass

    def say(self, line: str) -> None:
        self._teller.tell(json.dumps({"says": line}))


class NoJobs(UsageError):
    def __init__(self, jobs: int) -> None:
        super().__init__(f"{jobs} at a time is none", hint="--jobs 1 runs one after the other")
