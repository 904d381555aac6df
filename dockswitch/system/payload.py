"""The tar of an image that holds one program and the libraries it needs."""

import io
import os
import re
import tarfile

from dockswitch.system.commands import run

# ldd(1): `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`, `/lib64/ld-linux-x86-64.so.2 (0x…)`
_LIBRARY = re.compile(r"^\s*(?:\S+ => )?(/\S+) \(0x", re.MULTILINE)


def payload(program: str) -> bytes:
    """An image's tar with the program (a real path) at `/sbin/NAME`, equal for equal files."""
    files = {f"/sbin/{os.path.basename(program)}": program}
    files |= {path: path for path in _libraries(program)}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            with open(files[name], "rb") as file:
                entry = tarfile.TarInfo(name.lstrip("/"))
                entry.size = os.fstat(file.fileno()).st_size
                entry.mode = 0o755
                archive.addfile(entry, file)
    return packed.getvalue()


def _libraries(program: str) -> list[str]:
    """Where the machine has them, the loader among them; none for a static program."""
    return _LIBRARY.findall(run(["ldd", program], timeout=30).out)
