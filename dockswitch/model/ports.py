"""What the rest of dockswitch may ask of a machine (Reader) and do to it (System).

`system.here.Here` is this machine; `tests.world.World` is a machine in memory. Paths are paths
inside the root (`model.layout`), sockets too. Only `switching` and `engine` receive a System.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from dockswitch.model.errors import DockswitchError
from dockswitch.model.host import Host
from dockswitch.model.layout import Layout

if TYPE_CHECKING:  # seldom a program is anybody else's
    from dockswitch.model.person import Person


@dataclass(frozen=True, slots=True)
class Daemon:
    """A dockerd process: `argv` is its real command line, `uid` the user it runs as."""

    pid: int
    argv: tuple[str, ...]
    ours: bool
    uid: int = 0


@dataclass(frozen=True, slots=True)
class Process:
    """Any other process, with its real command line."""

    pid: int
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a process was started in: its `program` as a real path, working folder, environment.

    `unit` is the unit that systemd keeps it in, such as `docker.service`; empty for none.
    """

    program: str
    folder: str
    environment: Mapping[str, str]
    unit: str


@dataclass(frozen=True, slots=True)
class Program:
    """A program on a PATH of the machine itself, and the file that it leads to through links."""

    path: str
    leads: str


@dataclass(frozen=True, slots=True)
class Index:
    """An index page: `url` is where it came from in the end; `fresh` False means from the cache."""

    body: bytes
    url: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class Tls:
    """An engine that answers over TLS; `certs` is the folder of ca.pem, cert.pem and key.pem (a
    real path), where docker looks for them too.
    """

    host: str
    port: int
    certs: str


# Where an engine answers: the path of a unix socket inside the root, or an address.
Socket: TypeAlias = str | Tls


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine's API answered."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Hashed:
    """What a published file is: its SHA-256 in hex, and its bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An archive's content in a folder: SHA-256 in hex and bytes are the archive's own.

    `names` are the files at the top of the folder that can be executed, sorted.
    """

    url: str
    sha256: str
    size: int
    names: tuple[str, ...]


class Progress(Protocol):
    """Long work tells how far it is: `total` in bytes or None; each call adds `done` bytes."""

    def begin(self, what: str, total: int | None) -> Callable[[int], None]: ...

    def end(self) -> None: ...

    # one line for people about what happens now
    def say(self, line: str) -> None: ...


class Teller(Protocol):
    """How work in a process of its own tells what it does."""

    # one line
    def tell(self, line: str) -> None: ...

    # from now on it is not interrupted: all that is left is to clear up
    def settle(self) -> None: ...


Work: TypeAlias = Callable[[Teller], None]


class Audience(Protocol):
    """Follows works that are done beside each other; `place` is where one stands among them."""

    def began(self, place: int) -> None: ...

    def heard(self, place: int, line: str) -> None: ...

    # `code` is 0 for one that was done, 130 for one that was interrupted; whether more is wanted
    def ended(self, place: int, code: int) -> bool: ...

    # called several times a second
    def waits(self) -> None: ...


class Reader(Protocol):
    """Asks; changes nothing but the cache."""

    layout: Layout
    host: Host

    # the content of a file, None where there is none
    def read(self, path: str) -> bytes | None: ...

    # so many bytes of a file from an offset on, fewer at its end; None where there is none
    def piece(self, path: str, offset: int, length: int) -> bytes | None: ...

    # where a link points, None where there is no link
    def link(self, path: str) -> str | None: ...

    # the names in a folder, sorted; none where there is no folder
    def names(self, folder: str) -> tuple[str, ...]: ...

    # "file", "folder", "link", "other", or None where there is nothing
    def kind(self, path: str) -> str | None: ...

    # the permissions of a file, such as 0o644; None where there is none
    def mode(self, path: str) -> int | None: ...

    # the bytes of a file, and their SHA-256 in hex; None where there is none
    def size(self, path: str) -> int | None: ...

    def sha256(self, path: str) -> str | None: ...

    # the bytes that are free for us where a path is or would be
    def free(self, path: str) -> int: ...

    # a file of the machine itself, such as one of /proc, whatever the root is; None for none
    def outside(self, path: str) -> bytes | None: ...

    # whether we may read and write what is at a path of the machine itself; None where nothing is
    def allows(self, path: str) -> bool | None: ...

    # the first program of that name on a PATH of the machine itself, as a shell would find it
    def program(self, name: str, path: str) -> Program | None: ...

    # an index page over HTTP or from a file:// folder: revalidated, or from the cache when
    # offline; raises Unreachable, and NotPublished where the server says 404
    def index(self, url: str) -> Index: ...

    # several index pages at once, in the order asked for; an error stands in its page's place
    def indexes(self, urls: Sequence[str]) -> Sequence[Index | DockswitchError]: ...

    # the bytes of a published file, None where its server does not tell; it is not fetched. Raises
    # as `index` does
    def length(self, url: str) -> int | None: ...

    # what a published file is; all of it is read and nothing kept, and `add` is told the bytes of
    # each piece
    def hashed(self, url: str, add: Callable[[int], None]) -> Hashed: ...

    # whether a process lives
    def alive(self, pid: int) -> bool: ...

    # every dockerd of this machine
    def daemons(self) -> tuple[Daemon, ...]: ...

    # the processes whose program lies in that folder or below it, such as shims of a version
    def below(self, folder: str) -> tuple[Process, ...]: ...

    # what a process was started in, None where it is gone or we may not look
    def circumstances(self, pid: int) -> Circumstances | None: ...

    # whether that path (a real one) leads a process to the same place as it leads us; a process
    # in a mount namespace of its own may have something else there
    def shares(self, pid: int, real: str) -> bool: ...

    # the processes that a process started or took over, and that still run
    def children(self, pid: int) -> tuple[Process, ...]: ...

    # the process that listens on a unix socket, None where none does
    def listener(self, socket: str) -> int | None: ...

    # what the engine there answers; None where nobody does within `timeout` seconds
    def call(
        self,
        socket: Socket,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        content: str = "application/json",
        timeout: float = 5.0,
    ) -> Answer | None: ...

    # why an engine that is called over TLS and its caller do not trust each other's certificates;
    # None where they do, or nobody answers within `timeout` seconds
    def distrusted(self, at: Tls, *, timeout: float = 5.0) -> str | None: ...

    # runs a program that only looks; `timeout` in seconds, and `env` is added to our environment,
    # None for what is not to be in it
    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60,
        env: Mapping[str, str | None] | None = None,
    ) -> Finished: ...

    # the process that holds a lock (fcntl) on a file of the machine itself; None for none, 0 where
    # that cannot be told
    def lock_holder(self, path: str) -> int | None: ...

    # seconds of a clock that never goes back, and now in ISO 8601 UTC
    def monotonic(self) -> float: ...

    def now(self) -> str: ...


class System(Reader, Protocol):
    """Acts. Each call is durable when it returns (fsync), and none leaves a half-made name."""

    # seconds that others who change packages are waited for
    apt_wait: float

    # writes a file through a temporary one beside it; None removes it
    def write(self, path: str, content: bytes | None, mode: int = 0o644) -> None: ...

    # makes a folder with those above it; nothing happens where it is there
    def folder(self, path: str, mode: int = 0o755) -> None: ...

    # points a link by rename; None removes it
    def point(self, path: str, target: str | None) -> None: ...

    # renames a file or folder; nothing happens where `path` is gone and `to` is there
    def move(self, path: str, to: str) -> None: ...

    # puts a file, folder or link at `to` as it is, with its owner and permissions, and nothing of
    # what is in a folder: a hard link where that can be, else a copy. Durable only after `sync`
    def copy(self, path: str, to: str) -> None: ...

    # waits until all that was written to the file system of a folder is on disk
    def sync(self, folder: str) -> None: ...

    # gives a file to a user by their number
    def give(self, path: str, uid: int) -> None: ...

    # deletes a folder and all in it (only below the trash, a temporary name, a proof's or trial's)
    def discard(self, folder: str) -> None: ...

    # appends one line and fsyncs
    def append(self, path: str, line: str) -> None: ...

    # the lock of this state folder; raises LockBusy after `wait` seconds
    def locked(self, *, wait: float = 60) -> AbstractContextManager[None]: ...

    # holds a lock on a file for as long as the block lasts, without waiting: whether that is ours.
    # The file is gone behind it; `lock_holder` tells others of it
    def claimed(self, path: str) -> AbstractContextManager[bool]: ...

    # starts a detached process whose output goes to `log`, in `folder` (a real path); returns its
    # pid
    def start(
        self, argv: Sequence[str], *, log: str, env: Mapping[str, str], folder: str = "/"
    ) -> int: ...

    # likewise one that changes something; `given` is its input, and it runs as `person`, None for
    # ourselves
    def command(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60,
        given: str = "",
        env: Mapping[str, str | None] | None = None,
        person: "Person | None" = None,
    ) -> Finished: ...

    # likewise, apart from the machine: with no network, and with mounts of its own over what an
    # engine writes whatever it is told. All that it starts ends with it, and it ends with us.
    # With a `resolver`, the content of its /etc/resolv.conf, it may get a network, and its loopback
    # is up. An `init`, such as tini, waits for its orphans. Raises NoNamespaces where that is not
    # allowed
    def start_apart(
        self,
        argv: Sequence[str],
        *,
        log: str,
        env: Mapping[str, str],
        resolver: bytes | None = None,
        init: str = "",
    ) -> int: ...

    # as `start`, but it ends with us, however we end
    def start_tied(self, argv: Sequence[str], *, log: str, env: Mapping[str, str]) -> int: ...

    # starts a process of ours that enters `held`, which names a child of its own; its pid once it
    # entered. It leaves on SIGTERM, after so many `seconds` in there, or when that child ends.
    # Raises what entering raised, as an error of the same code
    def keep(
        self,
        held: Callable[[], AbstractContextManager[int]],
        *,
        log: str,
        seconds: float | None,
    ) -> int: ...

    # runs a program that must not be cut short, such as dpkg: it has a session of its own, goes on
    # when we are killed, and is waited for when we are interrupted. `out` is what it said, which is
    # appended to `log` too, which is locked for as long as it runs; `folder` is a real path;
    # `meanwhile` is called several times a second
    def see_through(
        self,
        argv: Sequence[str],
        *,
        log: str,
        env: Mapping[str, str],
        folder: str = "/",
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Finished: ...

    # removes the cgroup of that name, and those below it, in every hierarchy
    def clear_cgroup(self, name: str) -> None: ...

    # SIGTERM (or SIGKILL), then waits until the process is gone; False when it still is there.
    # With `argv` only a process that still has this command line is signalled: pids are reused
    def end(
        self, pid: int, *, wait: float, kill: bool = False, argv: Sequence[str] | None = None
    ) -> bool: ...

    # several requests to an engine at once, each answer in its place
    def calls(
        self, socket: str, method: str, paths: Sequence[str], *, timeout: float
    ) -> Sequence[Answer | None]: ...

    # what one engine answers to a GET, streamed as it comes into a POST to another, and how that
    # one answers; where the first refuses it is its answer. `add` is told the bytes of each piece
    def pour(
        self, from_: str, path: str, into: str, to: str, add: Callable[[int], None]
    ) -> Answer | None: ...

    # does each in a process of its own, `jobs` at a time, in that order; what it prints goes to the
    # file beside it (a real path). Interrupted, it interrupts them and waits for them
    def beside(
        self, works: Sequence[tuple[Work, str]], *, jobs: int, audience: Audience
    ) -> None: ...

    # sleeps
    def pause(self, seconds: float) -> None: ...

    # one line for people about what is waited for, where no progress is at hand
    def tell(self, line: str) -> None: ...

    # the tar of an image that holds just this program and its libraries
    def payload(self, program: str) -> bytes: ...

    # fetches an archive, hashing while it streams, and unpacks it in the same pass into the folder
    # `into`, flattened below its top folder; the folder is on disk (syncfs) when it returns and
    # gone when it raises. Whether the digest is right is the caller's to decide
    def unpack(self, url: str, *, into: str, progress: Progress) -> Unpacked: ...

    # likewise files as they are, each under the name that its address ends with
    def save(
        self, urls: Sequence[str], *, into: str, progress: Progress
    ) -> tuple[Unpacked, ...]: ...

    # likewise several Debian packages, of which only the programs are unpacked, all into one
    # folder and a client's plug-ins into `cli-plugins` in it; one answer for each, in their order
    def unpack_debs(
        self, urls: Sequence[str], *, into: str, progress: Progress
    ) -> tuple[Unpacked, ...]: ...

    # serves one file over http to this machine alone, for as long as the block lasts: its address
    def served(self, path: str) -> AbstractContextManager[str]: ...
