"""Runtimes that daemon.json names and whose program the engine would not find."""

from collections.abc import Mapping

from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader

# Brought by every engine, under one name or the other: moby/moby:daemon/config/config_linux.go
_OWN = {"runc", "io.containerd.runc.v2", "io.containerd.runtime.v1.linux"}


def findings(reader: Reader, keys: Mapping[str, object], path: str) -> tuple[Finding, ...]:
    """`path` is the PATH that the engine gets: its unit's or ours, not that of a person's shell."""
    runtimes = keys.get("runtimes")
    named = runtimes if isinstance(runtimes, dict) else {}
    default = keys.get("default-runtime")
    file = reader.layout.real(reader.layout.engine_config)
    found = []
    for name, said in named.items():
        program = said.get("path") if isinstance(said, dict) else None
        if not isinstance(program, str) or not program:
            continue  # a shim that containerd finds by its type
        if reader.program(program, path) is None:
            missing = RuntimeMissing(file, name, program, path)
            stands = name == default
            found.append(Finding.of(missing) if stands else Finding(missing.message, missing.hint))
    if isinstance(default, str) and default and default not in {*named, *_OWN}:
        found += _nameless(reader, file, default, path)
    return tuple(found)


def _nameless(reader: Reader, file: str, default: str, path: str) -> list[Finding]:
    """A default that `runtimes` does not explain may be a containerd shim's own name."""
    if "." in default:
        kind = default.split(".")[-2:]
        if reader.program("-".join(("containerd-shim", *kind)), path) is not None:
            return []
    return [Finding.of(NoSuchRuntime(file, default))]


class RuntimeMissing(DockswitchError):
    def __init__(self, file: str, name: str, program: str, path: str) -> None:
        where = "there is no such program" if "/" in program else f"it is not on {path}"
        super().__init__(
            f"the runtime {name!r} of {file} names {program}, which the engine would not find",
            details=f"{where}; it is the default, so no container would start",
            hint=f"install it (nvidia's comes with nvidia-container-toolkit), name its full path "
            f"in {file}, or take the runtime out",
        )


class NoSuchRuntime(DockswitchError):
    def __init__(self, file: str, name: str) -> None:
        super().__init__(
            f"the default runtime {name!r} of {file} is none that the engine has",
            details=f"`runtimes` there does not name {name!r}",
            hint=f"add it to `runtimes`, or take `default-runtime` out of {file}",
        )
