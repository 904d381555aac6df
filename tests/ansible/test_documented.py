"""What ansible-doc tells is what the tasks take."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from dockswitch import ansible

_COLLECTION = Path(ansible.__file__).parent / "collection"


def _words() -> ModuleType:
    """It imports nothing of Ansible's, and can be had without."""
    place = _COLLECTION / "plugins/plugin_utils/words.py"
    spec = importlib.util.spec_from_file_location("words", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _documented(name: str) -> dict[str, Any]:
    tree = ast.parse((_COLLECTION / f"plugins/modules/{name}.py").read_text())
    texts = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    options: dict[str, Any] = yaml.safe_load(texts["DOCUMENTATION"])["options"]
    return options


@pytest.mark.parametrize(
    ("name", "taken"), [("docker_engine", "ENGINE"), ("docker_engine_facts", "COMMON")]
)
def test_every_option_is_told_as_it_is_taken(name: str, taken: str) -> None:
    spec: dict[str, dict[str, Any]] = getattr(_words(), taken)
    told = _documented(name)
    assert told.keys() == spec.keys()
    for option, said in told.items():
        # paths of a host are nothing for the controller to complete
        assert said["type"].replace("path", "str") == spec[option]["type"], option
        for field in ("choices", "default"):
            assert said.get(field) == spec[option].get(field), option


def test_the_role_tells_all_of_its_variables() -> None:
    role = _COLLECTION / "roles/engine"
    defaults = yaml.safe_load((role / "defaults/main.yml").read_text())
    told = yaml.safe_load((role / "meta/argument_specs.yml").read_text())
    assert told["argument_specs"]["main"]["options"].keys() == defaults.keys()


def test_a_wish_becomes_the_words_that_the_program_takes() -> None:
    words = _words()
    given = {name: option.get("default") for name, option in words.ENGINE.items()}
    given |= {"channel": "test", "version": "28", "hold": True, "mirror": "file:///srv/docker"}
    use = ["use", "test", "28", "--mirror", "file:///srv/docker", "--hold"]
    assert words.of(given, check=False) == use
    assert words.of({**given, "lock": "fleet.lock"}, check=True) == [
        *use[:-1],
        *("--locked", "--hold", "--check"),
    ]
    assert words.of({**given, "state": "fetched"}, check=True) == [
        *("install", "test", "28", "--mirror", "file:///srv/docker", "--check")
    ]
    assert words.of({**given, "state": "absent"}, check=False)[:2] == ["use", "system"]


def test_a_diff_tells_the_engine_or_what_was_fetched_for_it() -> None:
    diff = _words().diff
    assert diff({"from": None, "to": "28"}) == {"before": "engine none\n", "after": "engine 28\n"}
    fetched = {"before": "", "after": "fetched 28\n"}
    assert diff({"changed": True, "version": "28"}) == fetched


def test_a_failed_task_names_the_way_out() -> None:
    error = {"code": "not-published", "message": "no 99", "details": "29 is", "hint": "`use 29`"}
    failed = _words().failure({"error": error}, 11)
    assert failed == {
        "failed": True,
        "msg": "no 99: 29 is; `use 29`",
        "error": error,
        "exit_code": 11,
    }
    assert _words().failure({}, 1)["msg"] == "dockswitch ended with 1"
