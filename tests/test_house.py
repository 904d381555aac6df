"""The floors of the house: who may import whom, and who may touch the world."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "dockswitch"
FLOORS = [
    {"cli"},
    {"switching"},
    {"backends"},
    {"vms"},
    {"export"},
    {"sources", "engine", "apt"},
    {"system", "report"},
    {"model"},
]
ROOMS = {room: height for height, rooms in enumerate(reversed(FLOORS)) for room in rooms}
WORLD = {"subprocess", "requests", "tarfile", "shutil", "socket", "urllib3", "ctypes"}
COLLECTION = PACKAGE / "ansible/collection"  # it runs in Ansible, apart from all this
FILES = sorted(path for path in PACKAGE.rglob("*.py"))


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nobody_imports_upwards(path: Path) -> None:
    for name in _imports(path):
        parts = name.split(".")
        if (
            _room(path) in ROOMS
            and parts[0] == "dockswitch"
            and len(parts) > 1
            and parts[1] in ROOMS
        ):
            same = parts[1] == _room(path)
            assert same or ROOMS[parts[1]] < ROOMS[_room(path)], f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_system_touches_the_world(path: Path) -> None:
    if _room(path) != "system" and COLLECTION not in path.parents:
        assert not {name.split(".")[0] for name in _imports(path)} & WORLD


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_reports_print(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    prints = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]
    assert not prints or _room(path) == "report"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_file_opens_by_saying_what_it_is_for(path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text()))
    assert said
    assert said.splitlines()[0].endswith((".", ":", ","))
