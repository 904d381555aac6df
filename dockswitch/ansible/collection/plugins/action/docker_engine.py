"""Brings the program and a lock to the host, then has the module run it there."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

import hashlib
import os
import shlex
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.dockswitch.engine.plugins.plugin_utils import controller

#: Where the program stays on a host: what undoes a switch at boot names it.
PLACE = "/usr/local/lib/dockswitch/dockswitch.pyz"


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible has no types
    """In check mode the program lies in the task's temporary folder only, and goes with it."""

    TRANSFERS_FILES = True
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        given = dict(self._task.args)
        name = given.pop("program", None) or variables.get("dockswitch_program")
        program = controller.program(self._templar.template(name) if name else None)
        brought, new = self._brought(program)
        given["program"] = brought
        if given.get("lock"):
            given["lock"] = self._carried(self._find_needle("files", given["lock"]))
        said = self._execute_module(
            module_name=f"dockswitch.engine.{self._module()}",
            module_args=given,
            task_vars=variables,
        )
        result.update(said)
        result["changed"] = bool(said.get("changed")) or new
        self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _module(self) -> str:
        return str(self._task.action).rpartition(".")[2]

    def _brought(self, program: Path) -> tuple[str, bool]:
        """Where the program is on the host, and whether the host got it just now, for good."""
        digest = hashlib.sha256(program.read_bytes()).hexdigest()
        there = self._low_level_execute_command(f"sha256sum {PLACE}")
        if there["rc"] == 0 and there["stdout"].split()[:1] == [digest]:
            return PLACE, False
        carried = self._carried(os.fspath(program))
        if self._task.check_mode or not self._keeps:
            return carried, False
        new = f"{PLACE}.new"
        lines = (
            f"mkdir -p {shlex.quote(os.path.dirname(PLACE))}",
            f"cp {shlex.quote(carried)} {new}",
            f"chmod 0755 {new}",
            f"mv -f {new} {PLACE}",
        )
        done = self._low_level_execute_command(" && ".join(lines))
        if done["rc"] != 0:
            raise AnsibleActionFail(f"{PLACE} cannot be written: {done['stderr']}{done['stdout']}")
        return PLACE, True

    @property
    def _keeps(self) -> bool:
        """Whether the program is to stay: whoever only looks leaves nothing."""
        return self._module() == "docker_engine"

    def _carried(self, path: str) -> str:
        """A file of the controller's in the task's temporary folder on the host."""
        if not self._connection._shell.tmpdir:
            self._make_tmp_path()
        folder = self._connection._shell.tmpdir
        there = self._connection._shell.join_path(folder, os.path.basename(path))
        self._transfer_file(path, there)
        self._fixup_perms2((folder, there))
        return str(there)
