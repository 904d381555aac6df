"""What an engine that is on disk says itself of daemon.json and of its flags."""

from collections.abc import Mapping

from dockswitch.engine.flags import resolved
from dockswitch.model import daemon_keys
from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Finished, Reader
from dockswitch.model.version import Version

_FLAG = "--validate"
_LIMIT = 20.0  # seconds; it takes 0.05
# how the shell and `commands.run` say that it could not be run: its start will say why
_DID_NOT_RUN = (124, 126, 127)


def findings(
    reader: Reader, wanted: Wanted, argv: tuple[str, ...], path: str, keys: Mapping[str, object]
) -> tuple[Finding, ...]:
    """Nothing where it is not on disk, cannot be asked (before 23.0), or daemon.json is empty."""
    real = reader.layout.real(reader.layout.engine_config)
    asked = keys and daemon_keys.knows(_FLAG.lstrip("-"), wanted.version)
    if not asked or not argv or reader.kind(f"{wanted.folder}/dockerd") != "file":
        return ()
    words = [*resolved(argv, reader.layout.root), _FLAG]
    said = reader.run(words, timeout=_LIMIT, env={"PATH": path})
    if said.code == 0 or said.code in _DID_NOT_RUN:
        return ()
    return (Finding.of(NotValid(real, wanted.version, _words(said, real))),)


def _words(said: Finished, path: str) -> str:
    lines = (said.err or said.out).strip().splitlines() or [f"it ended with {said.code}"]
    return lines[0].removeprefix(f"unable to configure the Docker daemon with file {path}: ")


class NotValid(DockswitchError):
    def __init__(self, path: str, version: Version, said: str) -> None:
        super().__init__(
            f"{version} does not start with {path}",
            details=said,
            hint=f"correct {path} and run the same command again; nothing was stopped",
        )
