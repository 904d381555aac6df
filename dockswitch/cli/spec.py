"""The arguments and options that several commands share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dockswitch.model.errors import UsageError
from dockswitch.model.trust import Trust
from dockswitch.switching.authentic import Accepted

if TYPE_CHECKING:
    from dockswitch.model.lock import Lock
    from dockswitch.model.wish import Request

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SPEC",
        help="CHANNEL, VERSION, CHANNEL VERSION or CHANNEL@VERSION.",
        show_default=False,
        autocompletion=lambda ctx, incomplete: complete(ctx, incomplete),
    ),
]
Backend = Annotated[
    str | None,
    typer.Option(
        "--backend",
        metavar="B",
        help="How the engine is installed: static, apt, or in a virtual machine (machine, lima).",
        autocompletion=lambda ctx, incomplete: complete_backend(ctx, incomplete),
    ),
]
Source = Annotated[
    str,
    typer.Option("--backend", metavar="B", help="Whose sources: static, apt or machine."),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DAY", help="What was offered then (2017-06-30).")
]
Hosts = Annotated[
    list[str] | None,
    typer.Option(
        "--for",
        metavar="HOST",
        help="A host that it is for, such as ubuntu:jammy/amd64 or linux/aarch64; again for more. "
        "This one where none is named.",
    ),
]
Locked = Annotated[
    bool,
    typer.Option(
        "--locked",
        help="The very files that the nearest dockswitch.lock has for this host, without asking "
        "any index.",
    ),
]
For = Annotated[
    str | None,
    typer.Option(
        "--for", metavar="HOST", help="Another host, such as ubuntu:xenial/amd64 or linux/aarch64."
    ),
]
Verify = Annotated[
    str | None,
    typer.Option(
        "--verify", metavar="LEVEL", help="The least trust: signed, locked, recorded or tls."
    ),
]
Data = Annotated[
    Literal["same", "separate"] | None,
    typer.Option(
        "--data",
        metavar="WHICH",
        help="The data-root: the same, whatever is lost, or a separate one for that version.",
    ),
]
AcceptDigest = Annotated[
    list[str] | None,
    typer.Option("--accept-digest", metavar="SHA256", help="Accept the file with this digest."),
]
Probe = Annotated[
    str | None,
    typer.Option(
        "--probe",
        metavar="CMD",
        help="Your own check of the new engine, which has 10 minutes: anything but exit code 0 "
        "undoes the switch. No shell reads it: `sh -c '…'` for pipes and more.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="KIND",
        help="Out of its static archive (static), or of the signed packages, without installing "
        "them (deb).",
    ),
]
WithImage = Annotated[
    list[str] | None,
    typer.Option(
        "--with-image",
        metavar="IMAGE",
        help="First copy an image of the engine that runs here into the trial; again for more.",
    ),
]
RevertAfter = Annotated[
    str | None,
    typer.Option(
        "--revert-after",
        metavar="TIME",
        help="Undo the switch after that time (90s, 10m, 1h30m, from when it begins to act) unless "
        "`dockswitch confirm` comes first; also after a reboot, and without the shell that asked.",
    ),
]
PackageWords = Annotated[
    list[str] | None,
    typer.Option(
        "--package",
        metavar="NAME=VERSION",
        help="A package's version where the release leaves one a choice (containerd.io, plug-ins); "
        "NAME- for none of it.",
    ),
]
Hold = Annotated[
    bool | None,
    typer.Option(
        "--hold/--no-hold",
        help="Whether upgrades of the system are to leave the packages alone; an exact version is "
        "held by default, a channel is not.",
    ),
]
Suite = Annotated[
    str | None,
    typer.Option(
        "--suite",
        metavar="SUITE",
        help="The suite of packages, where it is not this machine's own: bookworm, or "
        "debian/bookworm on a machine of another distribution.",
    ),
]
Pre = Annotated[bool, typer.Option("--pre/--no-pre", help="With pre-releases, or without.")]


# A lock that decides, and what is asked of it
NOTHING_LOCKED: "tuple[Lock | None, Request | None]" = (None, None)


def accepted(verify: str | None, digests: list[str] | None) -> Accepted:
    """What a person accepts in this command; raises UsageError."""
    for digest in digests or ():
        if len(digest) != 64 or set(digest.lower()) - set("0123456789abcdef"):
            raise UsageError(f"{digest!r} is not a SHA-256", hint="it has 64 hexadecimal digits")
    return Accepted(least(verify, Trust.TLS), frozenset(digest.lower() for digest in digests or ()))


def probe(line: str | None, *, starts: bool = True) -> tuple[str, ...]:
    """The words of a probe's command line; raises UsageError, also where no engine is started."""
    if line is None:
        return ()
    import shlex  # few say --probe

    try:
        words = tuple(shlex.split(line))
    except ValueError as error:
        raise UsageError(f"--probe {line!r}: {error}", hint="a quote may be missing") from None
    if not words:
        raise UsageError("--probe wants a command", hint="such as --probe 'docker info'")
    if not starts:
        raise UsageError("no engine is started that --probe could ask", hint="leave it out")
    return words


def revert_after(time: str | None) -> int:
    """Seconds in which a switch has to be confirmed, 0 for one that stays; raises BadDuration."""
    if time is None:
        return 0
    from dockswitch.model import duration  # few say it

    return duration.parse(time)


def packages(words: Sequence[str] | None, backends: Sequence[str]) -> tuple[str, ...]:
    """A person's own words for apt; raises UsageError."""
    if words and backends[0] != "apt":
        raise UsageError(
            "--package is about packages, which --backend apt installs",
            hint="leave it out, or say --backend apt",
        )
    for word in words or ():
        name, equals, version = word.partition("=")
        if not (name and version if equals else word.endswith("-") and len(word) > 1):
            raise UsageError(
                f"{word!r} is no package",
                hint="such as --package containerd.io=1.7.28-1, or docker-model-plugin- for none",
            )
    return tuple(words or ())


def source(kind: str | None) -> str:
    """Whose sources `--from` names, in the resolver's words; empty where nobody said.

    Raises UsageError.
    """
    kinds = {"deb": "apt", "static": "static"}
    if kind is not None and kind not in kinds:
        raise UsageError(f"nothing comes from {kind!r}", hint="--from takes deb or static")
    return kinds[kind] if kind else ""


def suited(suite: str | None, source: str, backend: str | None) -> None:
    """Raises UsageError where a suite is named and no packages are asked for."""
    if suite is not None and (source or backend) != "apt":
        raise UsageError(
            "--suite is about packages",
            hint="--backend apt installs them, --from deb takes the engine out of them",
        )


def least(verify: str | None, otherwise: Trust) -> Trust:
    """The level that a word names; raises UsageError."""
    try:
        return Trust.of(verify) if verify else otherwise
    except KeyError:
        levels = ", ".join(str(level) for level in reversed(Trust))
        raise UsageError(f"{verify!r} is no level of trust", hint=f"levels: {levels}") from None


def complete(ctx: typer.Context, incomplete: str) -> list[str]:
    """What a spec may begin with: channels, versions kept here, and the newest of the record."""
    from dockswitch.model import record

    published = [str(each.version) for each in reversed(record.releases()) if each.published]
    words = ["latest", "latest-pre", "previous", "system"]
    return beginning([*_channels(), *words, *_kept(ctx), *published], incomplete)


def complete_recorded(incomplete: str) -> list[str]:
    from dockswitch.model import record

    return beginning([str(each.version) for each in reversed(record.releases())], incomplete)


def complete_kept(ctx: typer.Context, incomplete: str) -> list[str]:
    return beginning(_kept(ctx), incomplete)


def complete_channel(ctx: typer.Context, incomplete: str) -> list[str]:
    return beginning(_channels(), incomplete)


def complete_backend(ctx: typer.Context, incomplete: str) -> list[str]:
    from dockswitch.backends import BUILT_IN

    return beginning(BUILT_IN, incomplete)


def beginning(known: Sequence[str], incomplete: str) -> list[str]:
    return [word for word in dict.fromkeys(known) if word.startswith(incomplete)]


def _channels() -> list[str]:
    from dockswitch.model.catalog import Catalog

    return list(Catalog.shipped().channels)


def _kept(ctx: typer.Context) -> list[str]:
    from dockswitch.cli.session import Session
    from dockswitch.model.layout import version_in
    from dockswitch.system import files

    layout = Session(ctx).layout
    shelves = (layout.versions, layout.packages)
    names = [name for shelf in shelves for name in files.names(layout.real(shelf))]
    return [version_in(name) for name in names if not name.startswith(".")]
