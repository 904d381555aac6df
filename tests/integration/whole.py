"""What it means that one version is wholly in use below a root."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.integration import below
from tests.integration.image import image_of
from tests.integration.program import Dockswitch

#: seconds for one run of a docker client
_CLIENT_LIMIT = 60


def is_whole(program: Dockswitch, version: str) -> None:
    """Fail unless this version is in use, answers, serves a container, and nothing else is left."""
    is_linked(program.root, version)
    assert len(below.dockerds(program.root)) == 1
    assert below.answering(program.root) == version
    assert not below.unfinished(program.root)
    agrees(program, version)
    runs_a_container(program)
    no_leftovers(program)


def agrees(program: Dockswitch, version: str) -> None:
    """Fail unless `status` and `history` say of themselves that this version is in use."""
    status = program.run("status", "--exit-code").ended(0).plain
    assert (status["installed"], status["running"], status["drift"]) == (version, version, [])
    newest = program.run("history").ended(0).plain["generations"][-1]
    assert newest["version"] == version
    assert newest["generation"] == status["generation"]


def is_linked(root: Path, version: str) -> None:
    """Fail unless exactly the binaries of this version are linked, and `current` is its folder."""
    current = (root / below.STATE / "current").resolve(strict=True)
    assert current.name.rpartition("-")[0] == version
    assert current.parent == root / below.STATE / "versions"
    programs = {path.name: path for path in current.iterdir() if not path.name.startswith(".")}
    assert below.links(root) == {name: path for name, path in programs.items() if path.is_file()}


def nothing_is_there(root: Path) -> None:
    """Fail if anything of dockswitch runs or is linked."""
    assert below.links(root) == {}
    assert below.dockerds(root) == []
    assert not (root / below.STATE / "current").is_symlink()
    assert not below.unfinished(root)


def runs_a_container(program: Dockswitch) -> None:
    """Fail unless the version's own client runs a real container, and agrees with the server."""
    payload = (program.root / "usr/local/bin/docker-init").resolve(strict=True)
    docker(program, "import", "-", "probe", given=image_of(payload))
    words = ["probe", "/docker-init", "--version"]
    said = docker(program, "run", "--rm", "--init", "--network", "none", *words)
    assert "tini" in said
    told = json.loads(docker(program, "version", "--format", "{{json .}}"))
    assert told["Client"]["Version"] == told["Server"]["Version"]


def no_leftovers(program: Dockswitch) -> None:
    """Fail if a health check left a container or an image."""
    of_ours = ["--quiet", "--filter", "label=io.dockswitch.health"]
    assert docker(program, "ps", "--all", *of_ours) == ""
    assert docker(program, "images", *of_ours) == ""


def docker(program: Dockswitch, *words: str, given: bytes = b"") -> str:
    """What the docker client that is linked below the root says."""
    ran = subprocess.run(
        [program.root / "usr/local/bin/docker", *words],
        env={**program.environment(), "DOCKER_HOST": f"unix://{program.root / below.SOCKET}"},
        input=given,
        capture_output=True,
        check=False,
        timeout=_CLIENT_LIMIT,
    )
    said = ran.stderr.decode(errors="replace")
    assert ran.returncode == 0, f"docker {words[0]} failed with {ran.returncode}: {said}"
    return ran.stdout.decode()
