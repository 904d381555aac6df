"""Has a host switch to an engine: by the program, or by a script where its Python is too old."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.dockswitch.engine.plugins.plugin_utils import controller, script, words
from ansible_collections.dockswitch.engine.plugins.plugin_utils.host import (
    WELL,
    Brought,
    OnHost,
    PythonTooOld,
    Said,
)


class ActionModule(OnHost):  # type: ignore[misc]  # Ansible has no types
    """What the host lacks stays there; in check mode it goes with the task's temporary folder."""

    def run(self, tmp: str | None = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        given = self.validate_argument_spec(words.ENGINE)[1]
        if given["state"] in ("present", "fetched") and not (words.spec(given) or given["lock"]):
            raise AnsibleActionFail(
                "which release? say channel, version, or both, or the lock that has it"
            )
        given["program"] = controller.named(self, given, variables)
        if given["lock"]:
            given["lock"] = self._find_needle("files", given["lock"])
        try:
            said = self._switched(given, variables)
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        if said.code not in WELL:
            return {**result, **words.failure(said.plain, said.code)}
        plain = words.told(said.plain)
        switched = bool(plain.get("changed"))
        result.update(plain, brought=list(said.new), diff=words.diff(plain), switched=switched)
        result["changed"] = switched or bool(said.new)
        return result

    def _switched(self, given: dict[str, Any], variables: dict[str, Any]) -> Said:
        if given["form"] != "sh":
            try:
                return self._by_program(given, variables)
            except PythonTooOld:
                if given["form"] == "program":
                    raise AnsibleActionFail(
                        "dockswitch needs Python 3.10 on the host; name one in "
                        "ansible_python_interpreter, or leave out `form: program`"
                    ) from None
        script.refuse_unfit(given)
        return script.switch(self, given, check=self._task.check_mode)

    def _by_program(self, given: dict[str, Any], variables: dict[str, Any]) -> Said:
        files = [Brought.of("program", controller.program(given["program"]))]
        if given["lock"]:
            files.append(Brought.of("lock", given["lock"]))
        asked = [*words.below(given), *words.of(given, check=self._task.check_mode)]
        settings, link = words.settings(given), given["link"] or ""
        said = self.has_program_say(asked, tuple(files), variables, settings, link)
        return Said({**said.plain, "form": "program"}, said.code, said.new)
