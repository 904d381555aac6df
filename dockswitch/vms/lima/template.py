"""The YAML that an instance of Lima is made of.

It stands alone, without Lima's own templates, and says what `templates/docker-rootful.yaml` of Lima
2.2.0 says but for how the engine comes in: no containerd of Lima's own, the home folder to be seen
(bind mounts of containers work as they do there), and the engine's socket forwarded. The keys are
those of Lima 1.0 and later (templates/default.yaml). How many CPUs and how much memory it has are
flags of `limactl create`, which a person gives.
"""

import json

from dockswitch.vms.lima.guest import Guest

# Where Lima puts the forwarded socket, below the instance's folder.
SOCKET = "sock/docker.sock"

# The socket belongs to the guest's user: whoever joined a group is no member of it in sessions that
# were open before, and Lima forwards through such a one. It is written at each boot.
_TEXT = """\
# Written by dockswitch for an engine of one version; see `dockswitch use --backend lima`.
minimumLimaVersion: "1.0.0"
images:
- location: {image}
  arch: {arch}
  digest: {digest}
mounts:
- location: "~"
containerd:
  system: false
  user: false
ssh:
  loadDotSSHPubKeys: false
hostResolver:
  hosts:
    host.docker.internal: host.lima.internal
provision:
- mode: system
  script: |
    #!/bin/sh
    set -eu
    mkdir -p /etc/systemd/system/docker.socket.d
    printf '[Socket]\\nSocketUser=%s\\n' "{{{{.User}}}}" \\
        > /etc/systemd/system/docker.socket.d/lima.conf
    systemctl daemon-reload
portForwards:
- guestSocket: "/var/run/docker.sock"
  hostSocket: "{{{{.Dir}}}}/{socket}"
"""


def template(of: Guest) -> str:
    """For that guest; a text in JSON's quotes is one in YAML's too."""
    quoted = {
        "image": json.dumps(of.image),
        "arch": json.dumps(of.arch),
        "digest": json.dumps(of.digest),
    }
    return _TEXT.format(socket=SOCKET, **quoted)
