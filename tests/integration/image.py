"""Images made of programs that are here anyway, so that no test pulls one."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from pathlib import Path


def image_of(program: Path) -> bytes:
    """A tar for `docker import`: the program at the top, and the libraries it is linked to."""
    image = io.BytesIO()
    with tarfile.open(fileobj=image, mode="w", dereference=True) as tar:
        tar.add(program, program.name, filter=_owned_by_root)
        for library in _libraries(program):
            tar.add(library, library.lstrip("/"), filter=_owned_by_root)
    return image.getvalue()


def _owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """An engine without root knows few users, and none of this machine."""
    member.uid = member.gid = 0
    return member


def _libraries(program: Path) -> list[str]:
    """The linker's own list; it is empty for a static program."""
    ran = subprocess.run(["ldd", program], capture_output=True, text=True, check=False, timeout=30)
    return re.findall(r"(?:=> |^\s+)(/\S+) \(0x", ran.stdout, flags=re.MULTILINE)
