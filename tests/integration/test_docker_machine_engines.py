"""The stand-in for docker-machine with real engines, and what a real docker-machine does."""

import os
from pathlib import Path

import pytest

from dockswitch import vms
from dockswitch.model.host import Host
from dockswitch.model.layout import Layout
from dockswitch.model.vm import Vm
from dockswitch.switching import vm_context
from dockswitch.system.here import Here
from tests.integration.holdings import Mirror
from tests.integration.stock import Stock
from tests.standins.docker_machine.placed import placed
from tests.standins.scenarios import Bench, switched

pytestmark = pytest.mark.engine


def test_machines_of_two_versions_run_the_real_engines_of_their_images(
    root: Path, mirror: Mirror, stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the oldest here may refuse the newest's ways; what counts is that two differ
    chosen = mirror.engines[:2]
    engines = root / "engines"
    engines.mkdir()
    for engine in chosen:
        (engines / engine.version).symlink_to(stock.folder(engine))
    one, other = (engine.version for engine in chosen)
    with placed(root, engines=engines) as program:
        bench = Bench(program.path, root, (one, other))
        switched(bench)
        bench.create("other", bench.image("some", one))
        said = bench.run("ssh other docker version --format {{.Server.Version}}")
        assert said.strip() == one
        monkeypatch.setenv("PATH", f"{engines / one}:{program.folder}:{os.environ['PATH']}")
        leads_there(Here(_layout(root), Host("linux", "x86_64")), one)
        assert len(program.running()) == 1
    assert program.running() == []


def leads_there(here: Here, version: str) -> None:
    """A context of a real client's leads to the engine in the machine other; then it is removed."""
    vm = Vm("machine", "other")
    reach = vms.keeper("machine").reach(here, vm.name)
    for _ in range(2):  # made, and kept up to date
        assert vm_context.follows(here, vm, reach) == vm_context.Told("other")
    assert _docker(here, "--context", "other", "version", "-f", "{{.Server.Version}}") == version
    chosen = _docker(here, "context", "ls", "--format", "{{if .Current}}{{.Name}}{{end}}")
    assert chosen.strip() == "default"
    assert vm_context.gone(here, vm) is None
    _docker(here, "context", "create", "other", "--docker", "host=tcp://somebody:1")
    told = vm_context.follows(here, vm, reach)
    assert told.name == ""
    assert "is left as it is" in str(told.note)
    assert vm_context.gone(here, vm) is None
    assert _docker(here, "context", "ls", "-q").split() == ["default", "other"]


def _docker(here: Here, *words: str) -> str:
    folder = here.layout.real(os.path.dirname(here.layout.plugins))
    ran = here.run(["docker", *words], env={"DOCKER_CONFIG": folder})
    assert ran.code == 0, ran.err
    return ran.out.strip()


def _layout(root: Path) -> Layout:
    """Of a person whose machines are those of the bench's store."""
    layout = Layout.of_user(env={"HOME": "/home/anna"}, uid=os.geteuid(), root=str(root))
    layout.machines = "/store"
    return layout
