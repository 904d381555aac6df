"""The stubs for a real docker-machine, called as its virtualbox driver calls them.

This shows that they hold together, not that a docker-machine gets along with them.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.standins import iso
from tests.standins.docker_machine.here import OpenSsl, Processes
from tests.standins.docker_machine.ports import Vm
from tests.standins.stubs import stubbed


def test_a_machine_of_the_stubs_boots_its_image_is_provisioned_and_answers(tmp_path: Path) -> None:
    if shutil.which("openssl") is None or not Path("/proc/self/stat").exists():
        pytest.skip("the stand-in's machines need openssl, and Linux")
    image = tmp_path / "boot2docker.iso"
    image.write_bytes(iso.image("b2d-v17.05.0-ce"))
    with stubbed(tmp_path) as path:

        def vbox(*words: str) -> str:
            return subprocess.run(
                [str(path / "VBoxManage"), *words], capture_output=True, text=True, check=True
            ).stdout

        def ssh(command: str) -> str:
            argv = [str(path / "ssh"), "docker@127.0.0.1", "-i", "key", "-p", "40022", command]
            return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

        vbox("createvm", "--basefolder", str(tmp_path), "--name", "m", "--register")
        vbox("storageattach", "m", "--storagectl", "SATA", "--medium", str(image))
        vbox("modifyvm", "m", "--natpf1", "ssh,tcp,127.0.0.1,40022,,22")
        vbox("startvm", "m", "--type", "headless")
        assert 'VMState="running"' in vbox("showvminfo", "m", "--machinereadable")
        address = ssh("ip addr show").partition("inet ")[2].partition("/")[0]
        assert "VERSION_ID=17.05.0-ce" in ssh("cat /etc/os-release")
        certs = str(tmp_path / "certs")
        own = OpenSsl()
        own.authority(certs)
        own.client(certs)
        own.server(certs, certs, address)
        for name in ("ca.pem", "server.pem", "server-key.pem"):
            content = Path(certs, name).read_text()
            ssh(f"printf '%s' '{content}' | sudo tee /var/lib/boot2docker/{name}")
        ssh("sudo /etc/init.d/docker start")
        processes, ends = Processes(str(tmp_path), os.getpid()), time.monotonic() + 20
        answer = None
        while answer is None and time.monotonic() < ends:
            answer = processes.ask(Vm("m", "", address, 2376), certs, "/v1.15/version")
        assert answer is not None
        assert b"17.05.0-ce" in answer.body
        vbox("controlvm", "m", "acpipowerbutton")
        assert 'VMState="poweroff"' in vbox("showvminfo", "m", "--machinereadable")
        vbox("unregistervm", "--delete", "m")
        gone = subprocess.run([path / "VBoxManage", "showvminfo", "m"], check=False)
        assert gone.returncode == 1
