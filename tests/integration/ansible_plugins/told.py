"""A callback of Ansible's that tells what became of a play as one JSON object."""

from __future__ import annotations

import json
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: told
type: stdout
short_description: one JSON object
description: Each task's results by host, with the seconds that each took, and the recap.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # Ansible has no types
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "told"

    def __init__(self) -> None:
        super().__init__()
        self.results: list[dict[str, Any]] = []
        self._began: dict[tuple[str, str], float] = {}

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._began[host.name, task._uuid] = time.monotonic()

    def _note(self, result: Any, **_: Any) -> None:
        plain = json.loads(json.dumps(dict(result._result), default=str))
        task, host = result._task, result._host.name
        began = self._began.get((host, task._uuid))
        self.results.append(
            {
                "task": task.get_name(),
                "host": host,
                "result": plain,
                "seconds": 0.0 if began is None else time.monotonic() - began,
            }
        )

    v2_runner_on_ok = v2_runner_on_failed = v2_runner_on_unreachable = _note

    def v2_playbook_on_stats(self, stats: Any) -> None:
        hosts = {name: stats.summarize(name) for name in stats.processed}
        print(json.dumps({"results": self.results, "stats": hosts}))
