"""The one door to limactl.

What is relied on was read in Lima 2.2.0 and 1.0.0 (lima-vm/lima: cmd/limactl/*.go, pkg/store,
pkg/instance, website/content/en/docs): `LIMA_HOME` says where instances are; `--tty=false` asks
nobody and opens no editor; limactl ends with 1, and `shell` and `copy` with the code of the ssh or
scp in them; its log goes to stderr, a line `time="…" level=fatal msg="…"` last.
"""

from collections.abc import Mapping

from dockswitch.model.ports import Finished, Reader, System

PROGRAM = "limactl"

# seconds; a first creation downloads an image of some hundred megabytes
LIST_LIMIT, CREATE_LIMIT, DELETE_LIMIT, COPY_LIMIT, SHELL_LIMIT = 30.0, 3600.0, 180.0, 900.0, 1800.0
# Lima itself waits 10 minutes for a start, and 3 for each half of a stop.
START_LIMIT, STOP_LIMIT = 660.0, 420.0

# What would have limactl do something else than it is told: see "Environment Variables" in Lima's
# documentation. Proxies, and which qemu it is to take, are the owner's own.
_MISLEADING = (
    *("LIMA_INSTANCE", "LIMA_SHELL", "LIMA_WORKDIR", "LIMACTL", "SSH_AUTH_SOCK"),
    *("LIMA_SHELLENV_ALLOW", "LIMA_SHELLENV_BLOCK", "COLORTERM"),
)

_SHELL = ("shell", "--workdir", "/")


def ask(reader: Reader, *words: str, limit: float = LIST_LIMIT) -> Finished:
    """What limactl says that only looks."""
    return reader.run(_argv(words), timeout=limit, env=_environment(reader))


def act(system: System, *words: str, limit: float) -> Finished:
    """What limactl says that changes something."""
    return system.command(_argv(words), timeout=limit, env=_environment(system))


def shell(system: System, name: str, *words: str, limit: float = SHELL_LIMIT) -> Finished:
    """What a command in a running instance says; our own working folder is not looked for there."""
    return act(system, *_SHELL, name, *words, limit=limit)


def look(reader: Reader, name: str, *words: str) -> Finished:
    """Likewise of one that only looks."""
    return ask(reader, *_SHELL, name, *words)


def folder(reader: Reader, name: str) -> str:
    """Where Lima keeps an instance, inside the root."""
    return f"{reader.layout.lima}/{name}"


def _argv(words: tuple[str, ...]) -> list[str]:
    return [PROGRAM, "--tty=false", *words]


def _environment(reader: Reader) -> Mapping[str, str | None]:
    home = reader.layout.real(reader.layout.lima)
    return {**dict.fromkeys(_MISLEADING), "LIMA_HOME": home}
