"""Versions that were installed once, handed to each root that wants them as hard links."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.integration.below import STATE
from tests.integration.holdings import Engine, Relabelled
from tests.integration.program import Dockswitch
from tests.integration.server import serve


@dataclass(frozen=True)
class Stock:
    """A root in which the program installed what was asked for; `mirror` is the folder served."""

    root: Path
    mirror: Path

    def folder(self, tarball: Engine | Relabelled) -> Path:
        """The folder of that version's binaries, installed now if it was not."""
        found = list((self.root / STATE / "versions").glob(f"{tarball.version}-*"))
        if not found:
            with serve(self.mirror) as server:
                program = Dockswitch(self.root, server.url)
                program.run("install", tarball.channels[-1], tarball.version).ended(0)
            found = list((self.root / STATE / "versions").glob(f"{tarball.version}-*"))
        return found[0]

    def hand_out(self, root: Path, *tarballs: Engine | Relabelled) -> None:
        """Let that root begin with these versions installed, as if it had fetched them itself."""
        for tarball in tarballs:
            folder = self.folder(tarball)
            target = root / STATE / "versions" / folder.name
            shutil.copytree(folder, target, copy_function=os.link)
        # What is written there is replaced by rename, so a link does for it too.
        seen = root / STATE / "seen.json"
        seen.unlink(missing_ok=True)
        os.link(self.root / STATE / "seen.json", seen)
