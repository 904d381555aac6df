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
        # Text only, as the reader of site maps has it: 17.06 is no number.
        channels = yaml.load((root / "channels.yaml").read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506 -- makes text, lists and tables only
        literal = pprint.pformat(channels, width=100, sort_dicts=False)
        said = '"""What channels.yaml says, compiled when the package was built."""'
        (root / MODULE).write_text(f"{said}\n\nCHANNELS: dict[str, object] = {literal}\n")
        if self.target_name == "wheel":
            build_data["artifacts"].append(MODULE)
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"][str(root / "channels.yaml")] = "dockswitch/channels.yaml"
