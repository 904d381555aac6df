"""Has a host switch to an engine: by the program, or by a script where its Python is too old."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

from typing import Any

from ansible_collections.dockswitch.engine.plugins.plugin_utils import controller, words
from ansible_collections.dockswitch.engine.plugins.plugin_utils.host import (
    Brought,
    OnHost,
    PythonTooOld,
    Said,
)

#: Exit codes of a program that did what it was asked: done, and something would be done.
_WELL = (0, 10)


class ActionModule(OnHost):
    """What the host lacks stays there; in check mode it goes with the task's temporary folder."""

    def run(self, tmp: str | None = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        given = self.validate_argument_spec(words.ENGINE)[1]
        if given["state"] in ("present", "fetched") and not (words.spec(given) or given["lock"]):
            return {**result, "failed": True, "msg": "which release? say channel, version or lock"}
        try:
            said = self._said(given, variables)
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        if said.code not in _WELL:
            return {**result, **words.failure(said.plain, said.code)}
        plain = {name: said.plain[name] for name in said.plain if name not in ("command", "schema")}
        result.update(plain, brought=list(said.new), diff=words.diff(plain))
        result["changed"] = bool(plain.get("changed")) or bool(said.new)
        return result

    def _said(self, given: dict[str, Any], variables: dict[str, Any]) -> Said:
        named = given["program"] or variables.get("dockswitch_program")
        program = controller.program(self._templar.template(named) if named else None)
        files = [Brought.of("program", program)]
        if given["lock"]:
            files.append(Brought.of("lock", self._find_needle("files", given["lock"])))
        root = ["--root", given["root"]] if given["root"] else []
        asked = [*root, *words.of(given, check=self._task.check_mode)]
        try:
            return self.has_program_say(
                asked, tuple(files), variables, words.settings(given), given["link"] or ""
            )
        except PythonTooOld:
            raise
