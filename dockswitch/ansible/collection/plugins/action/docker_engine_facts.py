"""Has a host tell which engine it has; it leaves nothing there."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

from typing import Any

from ansible_collections.dockswitch.engine.plugins.plugin_utils import (
    controller,
    script_facts,
    words,
)
from ansible_collections.dockswitch.engine.plugins.plugin_utils.host import (
    WELL,
    Brought,
    OnHost,
    PythonTooOld,
)


class ActionModule(OnHost):  # type: ignore[misc]  # Ansible has no types
    """The facts of a host come by the same way as its engine."""

    keeps = False

    def run(self, tmp: str | None = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        given = self.validate_argument_spec(words.COMMON)[1]
        program = controller.program(controller.named(self, given, variables))
        try:
            said = self.has_program_say(
                [*words.below(given), "status"],
                (Brought.of("program", program),),
                variables,
                words.settings(given),
            )
        except PythonTooOld:
            return {**result, "changed": False, **_facts(script_facts.facts(self))}
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        if said.code not in WELL:
            return {**result, **words.failure(said.plain, said.code)}
        return {**result, "changed": False, **_facts(words.told(said.plain))}


def _facts(plain: dict[str, Any]) -> dict[str, Any]:
    return {"ansible_facts": {"docker_engine": plain}}
