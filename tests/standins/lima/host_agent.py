"""The process that stays while an instance runs: boots it, provisions it, forwards its sockets."""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from tests.integration.systemd_machine import Machine
from tests.standins.lima import forward, guest
from tests.standins.lima.instances import Instance


class Interrupted(Exception):
    """SIGINT: the instance is to be shut down."""


def run(instance: Instance) -> int:
    """Does not return before the instance is off; `limactl start` waits for `ha.ready`."""
    # Children of ours that pass a socket on are nobody's to wait for; the machine itself is.
    signal.signal(signal.SIGINT, _interrupted)
    machine = Machine(
        instance.disk,
        Path(os.environ["STANDIN_LIMA_FILES"]),
        Path(os.environ["STANDIN_LIMA_MIRROR"]),
    )
    config = instance.config()
    try:
        machine.boot()
        (instance.folder / "qemu.pid").write_text(str(machine.leader))
        scripts = [p["script"] for p in config.get("provision", ()) if p["mode"] == "system"]
        guest.provision(machine.leader, scripts, instance.folder)
        _forward(instance, machine.leader, config.get("portForwards", ()))
    except Interrupted:
        machine.power_off()
    except BaseException:
        machine.cut_power()
        raise
    return 0


def _forward(instance: Instance, leader: int, rules: list[dict[str, str]]) -> None:
    there = {
        forward.listening(Path(rule["hostSocket"].replace("{{.Dir}}", str(instance.folder)))): rule[
            "guestSocket"
        ]
        for rule in rules
        if "guestSocket" in rule
    }
    (instance.folder / "ha.ready").touch()
    print('{"status":{"running":true}}', flush=True)
    while Path(f"/proc/{leader}").exists():
        for listener in select.select(list(there), [], [], 1.0)[0]:
            forward.hand_over(listener, leader, there[listener])
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0] > 0:
                pass
    sys.exit("the driver ended")


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise Interrupted
