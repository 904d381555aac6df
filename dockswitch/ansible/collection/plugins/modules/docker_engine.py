"""A host runs exactly the Docker Engine that one word names."""

# Copyright: the dockswitch authors. MIT, see https://opensource.org/licenses/MIT

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_engine
short_description: Have a host run exactly the Docker Engine that one word names
description:
  - Switches the engine of a host to a release of a channel (C(stable), C(edge), C(test), or a
    site's own), up or down, and proves it. If the new engine is not well, the old one is back by
    itself and the task fails.
  - What is in force already changes nothing and restarts nothing.
  - The program is brought along (C(dockswitch.pyz)); the host needs Python 3.10 and nothing else.
    One with an older Python gets the same plan as a shell script, rendered on the controller.
author:
  - The dockswitch authors (@dockswitch)
options:
  channel:
    description: The channel, such as C(stable) or C(test); any that has the version by default.
    type: str
  version:
    description:
      - A version, exact (C(17.06.0-ce-rc2)), partial (C(28)) or a range (C(>=26,<28)), C(latest)
        or C(latest-pre). The newest of the channel where it is left out.
    type: str
  state:
    description:
      - C(present) has the engine installed and running; C(absent) goes back to what was there
        before the first switch, and C(previous) to the generation before; C(fetched) only has it
        verified on the host, for a later switch.
    type: str
    choices: [present, absent, fetched, previous]
    default: present
  backend:
    description:
      - How it is installed, as packages (C(apt)) or as Docker's static archive. What the installed
        engine came by stays where it is left out.
    type: str
    choices: [apt, static]
  hold:
    description:
      - Whether upgrades of the system leave its packages alone. An exact version is held and a
        channel is not, where it is left out.
    type: bool
  lock:
    description:
      - A lock file on the controller (C(dockswitch lock)). Exactly what it names is installed, by
        digest, and no host asks any index.
    type: path
  data:
    description: Whether the data-root stays the same, whatever an older engine makes of it.
    type: str
    choices: [same, separate]
  probe:
    description: A command on the host that has the last word; any exit code but 0 undoes it all.
    type: str
  mirror:
    description: What to use in place of Docker's own host, such as C(file:///srv/docker).
    type: str
  settings:
    description: Further settings by their names, as C(dockswitch settings) lists them.
    type: dict
    default: {}
  root:
    description: A folder on the host that everything is put below.
    type: path
  program:
    description:
      - The program, on the controller. The collection brings its own where it was built with it.
    type: path
attributes:
  check_mode:
    description: Everything is looked at and resolved as for the switch, and nothing is done.
    support: full
  diff_mode:
    description: The engine before and after.
    support: full
"""

EXAMPLES = r"""
- name: The newest that stable has
  dockswitch.engine.docker_engine:
    channel: stable

- name: A release candidate, and nothing else
  dockswitch.engine.docker_engine:
    channel: test
    version: 17.06.0-ce-rc2

- name: What the lock says, held, from a mirror in the house
  dockswitch.engine.docker_engine:
    version: "28.5.2"
    lock: dockswitch.lock
    mirror: https://mirror.example/docker
    hold: true

- name: What was there before
  dockswitch.engine.docker_engine:
    state: absent
"""

RETURN = r"""
from:
  description: The version before, null for none.
  returned: always
  type: str
  sample: 26.1.5
to:
  description: The version behind it; in check mode the one that it would be.
  returned: always
  type: str
  sample: 28.5.2
channel:
  description: The channel that it is of.
  returned: always
  type: str
generation:
  description: The number that C(dockswitch rollback) knows it by.
  returned: always
  type: int
restarted:
  description: Whether a running engine was stopped for it.
  returned: always
  type: bool
downtime_seconds:
  description: How long no engine answered, null where it ran all the time.
  returned: always
  type: float
trust:
  description: How what was installed was authenticated.
  returned: always
  type: str
  sample: signed
steps:
  description: What would be done.
  returned: in check mode
  type: list
  elements: str
"""
