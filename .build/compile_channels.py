"""Compiles channels.yaml into a module of plain literals: importing YAML alone costs 16 ms."""

import pprint
from pathlib import Path
from typing import Any

import yaml
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODULE = "dockswitch/_shipped_channels.py"


class CompileChannels(BuildHookInterface):
    """Runs for a wheel, and for an editable install in a checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        write(root)
        build_data["artifacts"].append(MODULE)
        if version == "standard":
            build_data["force_include"][str(root / "channels.yaml")] = "dockswitch/channels.yaml"


def write(root: Path) -> None:
    # Text only, as the reader of a site's map has it: 17.06 is no number.
    loader = yaml.BaseLoader
    channels = yaml.load((root / "channels.yaml").read_bytes(), loader)  # noqa: S506 -- makes text only
    literal = pprint.pformat(channels, width=100, sort_dicts=False)
    said = '"""What channels.yaml says, compiled when the package was built."""'
    (root / MODULE).write_text(f"{said}\n\nCHANNELS: dict[str, object] = {literal}\n")
