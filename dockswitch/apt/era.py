"""What the apt of this machine understands, by its version."""

import re

from dockswitch.model.ports import Reader

# See apt's own changelog: sources in stanzas with `Signed-By`, then keys in armour.
STANZAS = (1, 1)
ARMOUR = (1, 4)


def version(reader: Reader) -> tuple[int, int]:
    """Major and minor of `apt-get --version`; (0, 0) where there is no apt."""
    said = reader.run(["apt-get", "--version"]).out
    found = re.match(r"apt (\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)
