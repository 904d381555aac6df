"""docker-machine on this machine: its store in real folders, its machines as processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.standins.docker_machine.ports import Answered, Ended, Unfetched, Vm

REPOSITORY = str(Path(__file__).parents[3])
_CA = (
    "[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\nbasicConstraints=critical,CA:true\n\
keyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
)
_PATIENCE = 30.0  # seconds that an engine is waited for


class Files:
    def read(self, path: str) -> bytes | None:
        try:
            return Path(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def write(self, path: str, content: bytes) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        temporary = f"{path}.tmp-{os.getpid()}"
        Path(temporary).write_bytes(content)
        os.replace(temporary, path)

    def folder(self, path: str) -> None:
        os.makedirs(path, exist_ok=True)

    def is_there(self, path: str) -> bool:
        return os.path.lexists(path)

    def names(self, folder: str) -> Sequence[str]:
        return os.listdir(folder) if os.path.isdir(folder) else []

    def remove(self, path: str) -> None:
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            Path(path).unlink(missing_ok=True)


class Web:
    def fetch(self, url: str) -> bytes:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            return error.read()
        except OSError as error:
            end = url.split("/")[2]
            said = "connection refused" if "refused" in str(error) else str(error)
            raise Unfetched(f"dial tcp {end}: connect: {said}") from None


class OpenSsl:
    """Certificates of elliptic curves: those of docker-machine are RSA, which takes longer."""

    def authority(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        Path(f"{folder}/.ca.cnf").write_text(_CA)
        _openssl(
            *("req", "-x509", *_key(f"{folder}/ca-key.pem"), "-out", f"{folder}/ca.pem"),
            *("-config", f"{folder}/.ca.cnf", "-subj", "/O=standin", "-days", "1080"),
        )

    def client(self, folder: str) -> None:
        _signed(folder, f"{folder}/cert.pem", f"{folder}/key.pem", "extendedKeyUsage=clientAuth")

    def server(self, authority: str, folder: str, address: str) -> None:
        use = f"extendedKeyUsage=serverAuth\nsubjectAltName=IP:{address},DNS:localhost"
        _signed(authority, f"{folder}/server.pem", f"{folder}/server-key.pem", use)


@dataclass(frozen=True, slots=True)
class Processes:
    """Each machine is a process of `engine.py`; `pids` is where each notes that it runs.

    They end with the process `owner`, or when they are noted no more. `engines` is a folder of
    real engines, each in a folder of its version; empty for such as only answer.
    """

    pids: str
    owner: int
    engines: str = ""

    def boot(self, vm: Vm, folder: str, taken: Sequence[Vm]) -> Vm:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.standins.docker_machine.engine",
                json.dumps(
                    {
                        "record": _record(folder, vm.name),
                        "folder": folder,
                        "name": vm.name,
                        "version": vm.version,
                        "address": vm.address,
                        "port": vm.port,
                        "taken": [each.address for each in taken],
                        "pids": self.pids,
                        "owner": self.owner,
                        "engines": self.engines,
                    }
                ),
            ],
            env={**os.environ, "PYTHONPATH": REPOSITORY},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=_log(folder, vm.name),
            start_new_session=True,
        )
        assert process.stdout is not None
        address, _, port = process.stdout.readline().decode().strip().partition(" ")
        return replace(vm, address=address, port=int(port), pid=process.pid)

    def provision(self, vm: Vm, folder: str) -> None:
        """It sees in its record that it is."""
        ends = time.monotonic() + _PATIENCE
        while self.ask(vm, folder, "/_ping") is None and time.monotonic() < ends:
            time.sleep(0.02)

    def halt(self, vm: Vm) -> None:
        end(vm.pid)

    def runs(self, vm: Vm) -> bool:
        return lives(vm.pid)

    def ask(self, vm: Vm, folder: str, path: str) -> Answered | None:
        import http.client
        import ssl

        try:
            context = ssl.create_default_context(cafile=f"{folder}/ca.pem")
            context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
            link = http.client.HTTPSConnection(vm.address, vm.port, timeout=10, context=context)
            link.request("GET", path)
            answer = link.getresponse()
            return Answered(answer.status, answer.read())
        except (OSError, http.client.HTTPException):
            return None

    def execute(self, vm: Vm, folder: str, words: Sequence[str]) -> Ended:
        if not self.engines:
            from tests.standins.docker_machine import guest

            return guest.execute(vm.version, vm.name, words)
        programs = f"{self.engines}/{vm.version}"
        ran = subprocess.run(
            ["/bin/sh", "-c", " ".join(words)],
            env={
                "PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": folder,
                "DOCKER_HOST": f"tcp://{vm.address}:{vm.port}",
                "DOCKER_TLS_VERIFY": "1",
                "DOCKER_CERT_PATH": folder,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(ran.returncode, ran.stdout, ran.stderr)


def lives(pid: int) -> bool:
    """Whether that is one of ours, and no zombie that nobody waits for."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        ours = b"docker_machine.engine" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return state != "Z" and ours


def end(pid: int) -> None:
    """Ends one of ours, and waits until it is gone."""
    for number, wait in ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)):
        if not lives(pid):
            return
        os.kill(pid, number)
        ends = time.monotonic() + wait
        while lives(pid) and time.monotonic() < ends:
            time.sleep(0.01)


def _record(folder: str, name: str) -> str:
    return f"{os.path.dirname(os.path.dirname(folder))}/hypervisor/{name}.json"


def _log(folder: str, name: str) -> int:
    path = _record(folder, name).removesuffix(".json") + ".log"
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)


def _signed(authority: str, cert: str, key: str, use: str) -> None:
    extensions = f"{cert}.ext"
    Path(extensions).write_text(f"{use}\nauthorityKeyIdentifier=keyid\n")
    asked = f"{cert}.csr"
    conf = f"{authority}/.ca.cnf"
    _openssl("req", *_key(key), "-out", asked, "-config", conf, "-subj", "/O=standin.machine")
    _openssl(
        *("x509", "-req", "-in", asked, "-CA", f"{authority}/ca.pem"),
        *("-CAkey", f"{authority}/ca-key.pem", "-set_serial", str(time.time_ns())),
        *("-out", cert, "-days", "1080", "-extfile", extensions),
    )
    for path in (extensions, asked):
        Path(path).unlink()


def _key(path: str) -> tuple[str, ...]:
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path)


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)
