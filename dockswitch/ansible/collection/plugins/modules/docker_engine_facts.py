"""What a host has of Docker Engine: installed, running, pinned, held, and where that drifted."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_engine_facts
short_description: Tell which Docker Engine a host has, and where it drifted
description:
  - Sets the fact C(docker_engine) to what C(dockswitch status) knows. It changes nothing.
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
      description:
        - C(installed), C(running), C(channel), C(backend), C(generation), C(pinned), C(locked),
          C(held) and C(drift), as of C(dockswitch status --json).
      type: dict
      returned: always
"""
