"""Builds dist/dockswitch-engine-VERSION.tar.gz: the Ansible collection, with the single file."""

import subprocess
import sys
import tempfile
from pathlib import Path

from dockswitch import ansible

DIST = Path(__file__).resolve().parents[1] / "dist"


def main() -> None:
    galaxy = Path(sys.executable).with_name("ansible-galaxy")
    with tempfile.TemporaryDirectory() as folder:
        place = ansible.unpack(Path(folder), DIST / "dockswitch.pyz")
        words = ["collection", "build", "--output-path", str(DIST), str(place)]
        subprocess.run([galaxy, *words], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
