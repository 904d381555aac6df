"""User-data for cloud-init: a machine has that engine at the end of its first boot."""

import base64
import gzip
import textwrap

from dockswitch.export import script
from dockswitch.export.script import Script

# Not in /run or /tmp: it can be run again later, and says how.
PLACE = "/var/lib/dockswitch/engine.sh"


def render(wanted: Script) -> str:
    """The script packed, since some clouds take 16 KiB of user-data and no more (EC2's limit).

    Where it fails, `cloud-init status` says so, and its log has what was said.
    """
    bundle = wanted.bundle
    packed = base64.b64encode(gzip.compress(script.render(wanted).encode(), mtime=0)).decode()
    lines = "\n".join(f"      {each}" for each in textwrap.wrap(packed, 90))
    return f"""\
#cloud-config
# Docker Engine {bundle.version} ({wanted.form}), rendered by dockswitch, trust {bundle.trust}. To
# read the script: `base64 -d | gunzip` of its content; on the machine it is {PLACE}.
write_files:
  - path: {PLACE}
    owner: root:root
    permissions: "0700"
    encoding: gz+b64
    content: |
{lines}
runcmd:
  - [sh, {PLACE}]
"""
