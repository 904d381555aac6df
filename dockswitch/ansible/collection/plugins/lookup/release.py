"""Which release a word means, resolved on the controller."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

DOCUMENTATION = r"""
name: release
short_description: Which release of Docker Engine a word means
description:
  - Resolves words as C(dockswitch resolve) does, once and on the controller, so that all hosts of a
    play get the same release and none of them asks an index.
author:
  - The dockswitch authors (@dockswitch)
options:
  _terms:
    description: What is wanted, such as C(stable), C(test latest-pre) or C(28).
    required: true
    type: list
    elements: str
  host:
    description: The host that it is for, such as C(debian:bookworm/amd64).
    type: str
  backend:
    description: Whose sources, C(static) or C(apt).
    type: str
    choices: [static, apt]
  mirror:
    description: What to use in place of Docker's own host.
    type: str
  whole:
    description: All that is known of it (artifacts, digests, trust) in place of the version alone.
    type: bool
    default: false
  program:
    description: The program, on the controller.
    type: path
    vars:
      - name: dockswitch_program
"""

EXAMPLES = r"""
- name: One release for all of them
  ansible.builtin.set_fact:
    engine: "{{ lookup('dockswitch.engine.release', 'test latest-pre', backend='static') }}"
  run_once: true
"""

RETURN = r"""
_raw:
  description: The versions, or all that is known of them.
  type: list
  elements: raw
"""

from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.dockswitch.engine.plugins.plugin_utils import controller


class LookupModule(LookupBase):  # type: ignore[misc]  # Ansible has no types
    def run(self, terms: list[str], variables: Any = None, **given: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=given)
        options = {"host": "--for", "backend": "--backend", "mirror": "--mirror"}
        said = [(option, self.get_option(name)) for name, option in options.items()]
        words = [word for option, value in said if value for word in (option, value)]
        found = []
        for term in terms:
            plain = controller.says(
                self.get_option("program"), ["resolve", *str(term).split(), *words]
            )
            found.append(plain if self.get_option("whole") else plain["version"])
        return found
