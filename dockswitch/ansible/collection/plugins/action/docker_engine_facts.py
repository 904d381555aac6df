"""The facts of a host come by the same way as its engine."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

from ansible_collections.dockswitch.engine.plugins.action.docker_engine import (
    ActionModule as Brings,
)


class ActionModule(Brings):  # type: ignore[misc]  # Ansible has no types
    pass
