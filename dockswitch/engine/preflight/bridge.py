"""Whether an engine that makes a bridge finds the iptables that it makes its rules with."""

from collections.abc import Mapping

from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Reader


def findings(reader: Reader, keys: Mapping[str, object], path: str) -> tuple[Finding, ...]:
    """Below a root there is no bridge; `path` is the PATH that the engine gets."""
    without = keys.get("iptables") is False or keys.get("firewall-backend") == "nftables"
    if reader.layout.root or reader.layout.scope == "user" or without:
        return ()
    if reader.program("iptables", path) is not None:
        return ()
    return (Finding.of(NoIptables(path, reader.layout.engine_config)),)


class NoIptables(DockswitchError):
    """Also where `bridge` is `none`: 20.10, 26 and 28 end all the same (measured)."""

    def __init__(self, path: str, file: str) -> None:
        super().__init__(
            "there is no iptables, without which an engine makes no network",
            details=f"it is not on {path}",
            hint=f"install the package iptables, or set `iptables` to false in {file} and see to "
            "the containers' network yourself",
        )
