"""User-data for cloud-init: a machine has that engine at the end of its first boot."""

import base64
import gzip
from dataclasses import replace

from dockswitch.export import script
from dockswitch.export.script import Script

# Not in /run or /tmp: it can be run again later, and says how.
PLACE = "/var/lib/dockswitch/engine.sh"


def render(wanted: Script) -> str:
    """The script packed, since some clouds take 16 KiB of user-data and no more (EC2's limit); for
    that apt is not told of the repository, whose key alone is 4 KiB.

    Where it fails, `cloud-init status` says so, and its log has what was said.
    """
    bundle = wanted.bundle
    text = script.render(replace(wanted, source=()), comments=False)
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return f"""\
#cloud-config
# Docker Engine {bundle.version} ({wanted.form}), rendered by dockswitch, trust {bundle.trust}. To
# read the script: `base64 -d | gunzip` of its content; on the machine it is {PLACE}.
write_files:
  - path: {PLACE}
    owner: root:root
    permissions: "0700"
    encoding: gz+b64
    content: {packed}
runcmd:
  - [sh, {PLACE}]
"""
