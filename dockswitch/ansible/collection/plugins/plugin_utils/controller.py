"""The program on the controller: where it is, and what it says."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.dockswitch.engine.plugins.plugin_utils.words import failure

# where `dockswitch ansible collection` and `make build` put it
BROUGHT = Path(__file__).resolve().parents[2] / "files" / "dockswitch.pyz"


def named(action: Any, given: dict[str, Any], variables: dict[str, Any]) -> str | None:
    """The program that a task names, or the variable; None for the one that was brought along."""
    said = given["program"] or variables.get("dockswitch_program")
    return str(action._templar.template(said)) if said else None


def program(given: str | None) -> Path:
    """The single file that goes to hosts; raises AnsibleError where nobody brought one."""
    found = Path(given).expanduser() if given else BROUGHT
    if not found.is_file():
        raise AnsibleError(
            f"{found} is not there: set `program` (or the variable dockswitch_program) to a "
            "dockswitch.pyz, or unpack the collection again with "
            "`dockswitch ansible collection DIR --program dockswitch.pyz`"
        )
    return found


def says(
    given: str | None,
    words: list[str],
    settings: dict[str, str] | None = None,
    folder: str | None = None,
) -> dict[str, Any]:
    """What the program answers here; raises AnsibleError with the way out that it names.

    `settings` are for its environment, and `folder` is where it looks for a lock.
    """
    ran = subprocess.run(
        [*_here(given), "--json", "--progress", "never", *words],
        env={**os.environ, **(settings or {})},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        plain: dict[str, Any] = json.loads(ran.stdout)
    except ValueError:
        raise AnsibleError(f"dockswitch ended with {ran.returncode}: {ran.stderr}") from None
    if plain.get("error") is not None:
        raise AnsibleError(str(failure(plain, ran.returncode)["msg"]))
    return plain


def _here(given: str | None) -> list[str]:
    """It runs in Ansible's own Python, where that is new enough, else as it is installed."""
    if given or BROUGHT.is_file():
        return [sys.executable, os.fspath(program(given))]
    installed = shutil.which("dockswitch")
    if installed is None:
        program(given)  # says what is missing
    return [installed or "dockswitch"]
