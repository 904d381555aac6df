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
  - The program is brought along (C(dockswitch.pyz)) and stays in C(/usr/local/lib/dockswitch); the
    host needs Python 3.10 and nothing else. A host with an older Python, or with none, gets the
    same plan as a shell script, rendered on the controller; see O(form).
  - Where nothing is to be done it costs one round trip, and no index is asked for an exact version.
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
      - A lock file on the controller (C(dockswitch lock)), looked for as C(src) of
        M(ansible.builtin.copy) is, in C(files) beside the playbook or role too. Exactly what it
        has for the host is installed, by digest, and no host asks any index; what it does not have
        is refused.
      - Neither O(channel) nor O(version) need be said where it has one release for the host.
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
  form:
    description:
      - C(program) has the host run dockswitch itself, and fails where its Python is too old.
      - C(sh) has the controller render the switch (C(dockswitch export sh)) for the distribution,
        release and architecture that the host says it is, and the host run that with C(/bin/sh);
        it tells the same, foresees the same in check mode, and brings the old engine back where
        the new one is not well. The controller has to reach what is installed from, at the same
        address as the host, unless O(lock) says it all. It knows O(state=present) only, and
        neither O(data) nor O(probe) nor O(root).
      - C(auto) takes the program wherever it runs.
    type: str
    choices: [auto, program, sh]
    default: auto
  link:
    description:
      - What people on the host are to call the program by, such as C(/usr/local/bin/dockswitch).
        What is there already is left alone.
    type: path
  root:
    description: A folder on the host that everything is put below.
    type: path
  program:
    description:
      - The program, on the controller; else the variable C(dockswitch_program). The collection
        brings its own where it was built with it.
    type: path
attributes:
  check_mode:
    description: Everything is looked at and resolved as for the switch, and nothing is done.
    support: full
  diff_mode:
    description: The engine before and after.
    support: full
  async:
    description: A switch is waited for; what a host is cut off from is undone there by itself.
    support: none
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

- name: On each what the lock has for it, whatever distribution it is
  dockswitch.engine.docker_engine:
    lock: fleet.lock

- name: On the disk already when the window opens
  dockswitch.engine.docker_engine:
    version: "28.5.2"
    state: fetched

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
switched:
  description: Whether the engine changes. C(changed) is true too where the host only got a file.
  returned: always
  type: bool
brought:
  description: What the host gets besides, of C(program), C(lock) and C(link).
  returned: always
  type: list
  elements: str
form:
  description: How it was done, C(program) or C(sh).
  returned: always
  type: str
channel:
  description: The channel that it is of.
  returned: always
  type: str
generation:
  description: The number that C(dockswitch rollback) knows it by.
  returned: when the program did it
  type: int
restarted:
  description: Whether a running engine was stopped for it.
  returned: always
  type: bool
downtime_seconds:
  description: How long no engine answered, null where it ran all the time.
  returned: when the program did it
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
