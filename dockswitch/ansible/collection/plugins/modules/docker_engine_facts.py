"""What a host has of Docker Engine: installed, running, pinned, held, and where that drifted."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_engine_facts
short_description: Tell which Docker Engine a host has, and where it drifted
description:
  - Sets the fact C(docker_engine) to what C(dockswitch status) knows. It changes nothing, and
    leaves nothing there. A host whose Python is too old tells it by what a script that switched
    it wrote.
author:
  - The dockswitch authors (@dockswitch)
options:
  root:
    description: As of M(dockswitch.engine.docker_engine).
    type: path
  settings:
    description: Further settings by their names, as C(dockswitch settings) lists them.
    type: dict
    default: {}
  program:
    description: The program, on the controller.
    type: path
attributes:
  check_mode:
    description: It never changes anything.
    support: full
  facts:
    description: It returns a fact.
    support: full
"""

EXAMPLES = r"""
- name: Which engine is here
  dockswitch.engine.docker_engine_facts:

- name: Nobody changed it by hand
  ansible.builtin.assert:
    that: ansible_facts.docker_engine.drift == []
"""

RETURN = r"""
ansible_facts:
  description: What is there now.
  returned: always
  type: dict
  contains:
    docker_engine:
      description: As of C(dockswitch status --json), which has more.
      type: dict
      returned: always
      contains:
        installed:
          description: The version that is installed, null for none.
          type: str
          returned: always
        running:
          description: The version that answers, null where none does.
          type: str
          returned: always
        channel:
          description: The channel that it is of, null where nobody knows.
          type: str
          returned: always
        backend:
          description: How it is installed, such as C(apt) or C(static).
          type: str
          returned: always
        generation:
          description: The number of the switch that brought it, 0 for none.
          type: int
          returned: always
        pinned:
          description: What a pin file above the folder that is logged in to wants, null for none.
          type: str
          returned: always
        held:
          description: The packages that are held, by whom and why; false for none.
          type: raw
          returned: always
        drift:
          description: A sentence for each difference from what the last switch left.
          type: list
          elements: str
          returned: always
"""
