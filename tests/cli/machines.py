"""A docker-machine as small as can be, whose engines answer over TLS, and images for it.

It does what it is told and never fails: how the real one fails is for its stand-in to show.
"""

import contextlib
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.cli.program import Program
from tests.standins import certificates, iso

VERSIONS = ("17.05.0-ce", "17.06.0-ce-rc2", "19.03.12")
# A machine's folder has a file `state`, and one `port`, which is one of those that were given.
_DOCKER_MACHINE = r"""#!/bin/sh
machines="$MACHINE_STORAGE_PATH/machines"
for name; do :; done
[ "$1" != ssh ] || name="$2"
here="$machines/$name"
echo "$*" >>"{folder}/calls"
boots() {{ sed -n 's/.*"Boot2DockerURL": *"file:\/\/\([^"]*\)".*/\1/p' "$here/config.json"; }}
runs() {{ [ "$(cat "$here/state")" = Running ] || {{ echo "Host is not running" >&2; exit 1; }}; }}
case "$1 $*" in
create*--help*) echo "   --virtualbox-boot2docker-url  The URL of the boot2docker image" ;;
create*)
    mkdir -p "$here"
    while [ "$1" != --virtualbox-boot2docker-url ]; do shift; done
    echo "{{\"DriverName\": \"virtualbox\", \"Driver\": {{\"Boot2DockerURL\": \"$2\"}}}}" \
        >"$here/config.json"
    cp "$(boots)" "$here/boot2docker.iso"
    cp {folder}/certs/*.pem "$here"
    for port in {ports}; do
        grep -qx $port "$machines"/*/port 2>/dev/null || break
    done
    echo $port >"$here/port"
    echo Running >"$here/state" ;;
status*) cat "$here/state" ;;
start*) echo Running >"$here/state" ;;
stop*) echo Stopped >"$here/state" ;;
upgrade*) cp "$(boots)" "$here/new"; mv "$here/new" "$here/boot2docker.iso" ;;
env*)
    runs
    echo "export DOCKER_TLS_VERIFY=\"1\""
    echo "export DOCKER_HOST=\"tcp://127.0.0.1:$(cat "$here/port")\""
    echo "export DOCKER_CERT_PATH=\"$here\""
    echo "export DOCKER_MACHINE_NAME=\"$name\"" ;;
ssh*tail*) runs; echo 'level=info msg="API listen on [::]:2376"' ;;
ssh*) runs ;;
ls*) ;;
rm*) rm -r "$here" ;;
*) exit 1 ;;
esac
"""


@dataclass(frozen=True)
class Machines:
    """What docker-machine keeps below the program's root, and what it was told."""

    program: Program
    folder: Path

    @property
    def store(self) -> Path:
        return Path(f"{self.program.root}{self.program.home}/.docker/machine/machines")

    def state(self, name: str) -> str:
        found = self.store / name / "state"
        return found.read_text().strip() if found.exists() else "absent"

    def runs(self, *names: str) -> bool:
        """Whether these run, and no other."""
        there = [each.name for each in self.store.iterdir() if self.state(each.name) == "Running"]
        return sorted(there) == sorted(names)

    def engine(self, name: str) -> str:
        """The version whose image it boots."""
        return _label(self.store / name / "boot2docker.iso")


@contextlib.contextmanager
def machines(program: Program, folder: Path) -> Iterator[Machines]:
    """The program with a docker-machine on its PATH, a driver, and a mirror of images."""
    certs = certificates.authority(folder / "certs")
    certificates.of_engine(certs, "127.0.0.1")
    certificates.of_client(certs)
    for version in VERSIONS:
        image = folder / "images" / f"boot2docker-{version}.iso"
        image.parent.mkdir(exist_ok=True)
        image.write_bytes(iso.image(iso.label(version)))
    listed = [{"tag_name": f"v{each}", "published_at": "2020-06-29T00:00:00Z"} for each in VERSIONS]
    (folder / "images" / "index.json").write_text(json.dumps(listed))
    programs = folder / "bin"
    programs.mkdir()
    with contextlib.ExitStack() as stack:
        made = Machines(program, folder)
        ports = [stack.enter_context(_engine(made)) for _ in range(4)]
        told = _DOCKER_MACHINE.format(folder=folder, ports=" ".join(map(str, ports)))
        for name, script in (("docker-machine", told), ("VBoxManage", "#!/bin/sh\n")):
            (programs / name).write_text(script)
            (programs / name).chmod(0o755)
        path = f"{programs}:/usr/bin:/bin"
        mirror = f"file://{folder}/images/boot2docker-{{version}}.iso"
        yield Machines(program.given(PATH=path, DOCKSWITCH_IMAGE_MIRROR=mirror), folder)


@contextlib.contextmanager
def _engine(made: Machines) -> Iterator[int]:
    """The port of an engine over TLS, which answers while the machine that has it runs."""

    class Engine(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            names = [each.parent for each in made.store.glob("*/port")]
            mine = [each for each in names if int((each / "port").read_text()) == port]
            runs = bool(mine) and made.state(mine[0].name) == "Running"
            body = {"/_ping": "OK", "/containers/json": "[]"}.get(self.path, "{}")
            if runs and self.path == "/version":
                version = made.engine(mine[0].name)
                body = json.dumps({"Version": version, "ApiVersion": "1.30"})
            self.send_response(200 if runs else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certs = made.folder / "certs"
    context.load_cert_chain(certs / "server.pem", certs / "server-key.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    port = server.server_port
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _label(image: Path) -> str:
    label = image.read_bytes()[0x8028:0x8048].decode("ascii").strip()
    return label.removeprefix("b2d-v")
