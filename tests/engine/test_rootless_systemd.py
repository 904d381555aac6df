"""The unit of an engine without root: what it says, when it is written, and when it goes."""

from dataclasses import replace

import pytest

from dockswitch.engine import supervision
from dockswitch.engine.foreign import ForeignEngine
from dockswitch.engine.rootless import Rootless
from dockswitch.engine.rootless_systemd import RootlessSystemd, serves
from dockswitch.engine.unit_files import ForeignUnit, Masked
from dockswitch.model.layout import Layout
from dockswitch.model.plan import Wanted
from dockswitch.model.step import Engine, File, Link
from dockswitch.model.version import Version
from dockswitch.switching import transaction
from tests.world import World
from tests.world.files import Mark

STATE = "/home/anna/.local/share/dockswitch"
FOLDER, KIT = f"{STATE}/versions/28.5.2-abcd", f"{STATE}/rootless/28.5.2-beef"
UNITS = "/home/anna/.config/systemd/user"
SYSTEMD = RootlessSystemd({"PATH": "/opt/bin:/usr/bin"})
WANTED = Wanted(Version.parse("28.5.2"), FOLDER)

UNIT = f"""\
[Service]
Environment=PATH={FOLDER}:{KIT}:/opt/bin:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin
ExecStart={KIT}/dockerd-rootless.sh --config-file {STATE}/daemon.json \
-H unix://{STATE}/run/docker.sock --data-root /home/anna/.local/share/docker \
--exec-root {STATE}/run/docker --pidfile {STATE}/run/dockswitch/docker.pid \
--init-path {FOLDER}/docker-init
ExecReload=/bin/kill -s HUP $MAINPID
TimeoutSec=0
RestartSec=2
Restart=always
StartLimitBurst=3
StartLimitInterval=60s
LimitNOFILE=infinity
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
Delegate=yes
Type=notify
NotifyAccess=all
KillMode=mixed

[Install]
WantedBy=default.target
"""


def machine() -> World:
    """Anna's, whose systemd runs."""
    world = World(root="")
    world.host = replace(world.host, uid=1000, init="systemd")
    world.layout = Layout.of_user(env={"HOME": "/home/anna"}, uid=1000)
    world.files.put(f"{world.layout.runtime}/systemd/private", Mark.OTHER)
    world.files.write(f"{KIT}/rootlesskit", b"")
    return world


def engine(world: World) -> Engine:
    return Engine(SYSTEMD.command_line(world, WANTED))


def test_a_users_own_systemd_is_taken_where_it_runs() -> None:
    world = machine()
    assert serves(world)
    assert isinstance(supervision.of(world), RootlessSystemd)
    world.host = replace(world.host, init="other")
    assert isinstance(supervision.of(world), Rootless)
    world = machine()
    world.files.write(f"{world.layout.runtime}/systemd/private", None)
    assert not serves(world)
    world = machine()
    world.layout = Layout.of_user(env={"HOME": "/home/anna"}, uid=1000, root="/m")
    world.files.put(f"{world.layout.runtime}/systemd/private", Mark.OTHER)
    assert not serves(world)


def test_the_unit_is_as_dockers_setup_tool_writes_it() -> None:
    world = machine()
    config, unit, link = SYSTEMD.readies(world, engine(world))
    assert config == File(f"{STATE}/daemon.json", "{}\n")
    assert isinstance(unit, File)
    assert unit.path == f"{UNITS}/docker.service"
    assert unit.content is not None
    assert unit.content.endswith(UNIT)
    assert link == Link(f"{UNITS}/default.target.wants/docker.service", unit.path)


def test_what_is_written_already_is_left_as_it_is() -> None:
    world = machine()
    for step in SYSTEMD.readies(world, engine(world)):
        if isinstance(step, File):
            world.write(step.path, (step.content or "").encode())
        if isinstance(step, Link):
            world.point(step.path, step.target)
    assert SYSTEMD.readies(world, engine(world)) == ()
    # Whoever disabled it meant it.
    world.point(f"{UNITS}/default.target.wants/docker.service", None)
    assert SYSTEMD.readies(world, engine(world)) == ()
    assert SYSTEMD.clears(world) == (File(f"{UNITS}/docker.service", None), Engine(()))


def test_before_the_kit_is_fetched_its_unit_can_be_foreseen() -> None:
    world = machine()
    world.files.entries.pop(f"{KIT}/rootlesskit")
    world.files.entries.pop(KIT)
    _, unit, _ = SYSTEMD.readies(world, engine(world))
    assert isinstance(unit, File)
    assert f"ExecStart={STATE}/rootless/28.5.2-abcd/dockerd-rootless.sh " in (unit.content or "")


def test_a_unit_of_somebody_else_is_in_the_way_and_stays() -> None:
    world = machine()
    world.files.write(f"{UNITS}/docker.service", b"[Service]\nExecStart=/usr/bin/dockerd\n")
    with pytest.raises(ForeignUnit) as failure:
        SYSTEMD.readies(world, engine(world))
    assert failure.value.message == f"{UNITS}/docker.service is in the way"
    assert SYSTEMD.clears(world) == ()


def test_a_masked_unit_is_told_as_what_it_is() -> None:
    world = machine()
    world.files.point(f"{UNITS}/docker.service", "/dev/null")
    with pytest.raises(Masked) as failure:
        SYSTEMD.readies(world, engine(world))
    assert "`systemctl --user unmask docker.service`" in failure.value.hint


def test_it_is_started_on_the_data_root_that_its_version_has_of_its_own() -> None:
    world = machine()
    own = replace(WANTED, data=f"{STATE}/data/28.5.2")
    started = Engine(SYSTEMD.command_line(world, own))
    dockerd = ("/usr/bin/dockerd", "--data-root", own.data, "-H", "unix:///elsewhere.sock")
    world.starts_foreign(dockerd, uid=1000)
    for supervisor in (SYSTEMD, Rootless({})):
        for step in supervisor.readies(world, started):
            transaction.act(world, step)
        with pytest.raises(ForeignEngine) as failure:
            supervisor.start(world, started)
        assert f"the data-root {own.data}" in failure.value.message
