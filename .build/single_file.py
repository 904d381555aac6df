"""`single_file.py FOLDER` builds dockswitch.pyz beside the wheel in that folder: all in one file.

It runs on any Linux with Python 3.10, and nothing else.

It holds pure Python only. What some of its libraries have compiled besides is left out: each does
without, and isal, which is nothing else, is only looked for.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PYTHON = "/usr/bin/env python3"
# typer draws its help without them: this program's help is plain text
UNUSED = ("rich", "pygments", "markdown_it", "mdurl", "isal", "bin")


def main(place: Path) -> None:
    (wheel,) = place.glob("*.whl")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(site), str(wheel)]
        subprocess.run(pip, check=True)
        _left_out(site)
        shiv = [sys.executable, "-m", "shiv", "--site-packages", str(site), "--python", PYTHON]
        shiv += ["--compressed", "--reproducible", "--console-script", "dockswitch"]
        made = Path(folder, "dockswitch.pyz")
        subprocess.run([*shiv, "--output-file", str(made)], check=True)
        _with_beginning(made, place / "dockswitch.pyz")


def _left_out(site: Path) -> None:
    for name in UNUSED:
        shutil.rmtree(site / name, ignore_errors=True)
        for about in site.glob(f"{name.replace('_', '[-_]')}-*.dist-info"):
            shutil.rmtree(about)
    for compiled in (*site.rglob("*.so"), *site.rglob("__pycache__")):
        shutil.rmtree(compiled) if compiled.is_dir() else compiled.unlink()


def _with_beginning(made: Path, whole: Path) -> None:
    """As shiv made it, but for the file that Python starts."""
    begin = Path(__file__).with_name("begin_single_file.py").read_bytes()
    with whole.open("wb") as file:
        file.write(f"#!{PYTHON}\n".encode())
        with zipfile.ZipFile(made) as old, zipfile.ZipFile(file, "w") as new:
            for each in old.infolist():
                new.writestr(each, begin if each.filename == "__main__.py" else old.read(each))
    whole.chmod(0o755)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
