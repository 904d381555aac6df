"""Keys of daemon.json that an engine refuses, by the record: it need not be fetched for that."""

from collections.abc import Mapping, Sequence

from dockswitch.model import daemon_keys
from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader
from dockswitch.model.version import Version


def findings(reader: Reader, version: Version, keys: Mapping[str, object]) -> tuple[Finding, ...]:
    """Nothing where the record does not know the version."""
    refused = daemon_keys.refused(keys, version) if keys else ()
    if not refused:
        return ()
    path = reader.layout.real(reader.layout.engine_config)
    return (Finding.of(RefusedKeys(path, version, refused)),)


class RefusedKeys(DockswitchError):
    """Engines say it only as they start: "the following directives don't match any …"."""

    def __init__(self, path: str, version: Version, keys: Sequence[str]) -> None:
        super().__init__(
            f"{path} says what {version} does not take: {', '.join(keys)}",
            details="\n".join(_since(key, version) for key in keys),
            hint=f"take {'it' if len(keys) == 1 else 'them'} out of {path} and run the same "
            "command again; nothing was stopped",
        )


def _since(key: str, version: Version) -> str:
    """Which engines take the key, if any does."""
    spans = daemon_keys.span(key)
    earlier = [each.until for each in spans if each.until is not None and each.until <= version]
    later = [each.since for each in spans if each.since > version]
    if later:
        return f"{key} is there from {later[0]} on"
    if earlier:
        return f"{key} is refused from {earlier[-1]} on"
    return f"{key} is known to no engine: a misspelling?"
