"""How releases are told to a CI that makes a matrix of them, and what came of a command in each."""

import json
from collections.abc import Iterator, Sequence

from dockswitch.model.matrix import Column, Entry, Result
from dockswitch.report.columns import columns

Object = dict[str, object]


def github(found: Sequence[Column]) -> Object:
    """As `fromJSON` gives it to `strategy.matrix`: the versions, and with each where it is from.

    An entry of `include` that names a version which is there adds to it, and makes no job of its
    own.
    """
    return {
        "docker": [str(each.release.version) for each in found],
        "include": [
            {
                "docker": str(each.release.version),
                "channel": each.release.channel,
                "spec": f"{each.release.channel}@{each.release.version}",
            }
            for each in found
        ],
    }


def one_line(plain: Object) -> str:
    """Without a line break, as $GITHUB_OUTPUT takes it."""
    return json.dumps(plain, separators=(",", ":"))


def lines(entries: Sequence[Entry], results: Sequence[Result]) -> Iterator[str]:
    rows = [_row(*each) for each in zip(entries, results, strict=True)]
    yield from columns([["SPEC", "VERSION", "RESULT", "SECONDS"], *rows])


def plain(
    entries: Sequence[Entry], results: Sequence[Result], logs: Sequence[str | None]
) -> list[Object]:
    return [_plain(*each) for each in zip(entries, results, logs, strict=True)]


def word(result: Result) -> str:
    """What came of one, in a word or two."""
    if result.how == "done":
        return f"exit {result.exit}"
    if result.how == "broken":
        return "could not start"
    return result.how


def _row(entry: Entry, result: Result) -> list[object]:
    seconds = f"{result.seconds:.1f}" if result.how == "done" else ""
    return [" = ".join(entry.words), entry.version, word(result), seconds]


def _plain(entry: Entry, result: Result, log: str | None) -> Object:
    return {
        "spec": entry.words[0],
        "specs": list(entry.words),
        "version": str(entry.version),
        "channel": entry.channel or None,
        "trust": str(entry.bundle.trust),
        "how": result.how,
        "exit": result.exit,
        "seconds": result.seconds if result.how == "done" else None,
        "ready_seconds": result.ready if result.how == "done" else None,
        "why": result.why or None,
        "log": log,
    }
