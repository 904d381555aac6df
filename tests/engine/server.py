"""A stand-in for an engine: answers on a real socket what a test tells it to."""

import http.server
import json
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

# what is asked (`POST /containers/ID/start`) → status and body
Answers = Mapping[str, tuple[int, object]]


@dataclass
class Engine:
    answers: dict[str, tuple[int, object]]
    asked: list[str] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)


@contextmanager
def engine(socket: str, answers: Answers) -> Iterator[Engine]:
    """Serves on that socket (a real path); what it was not told to answer is a 404."""
    served = Engine(dict(answers))

    class Handler(http.server.BaseHTTPRequestHandler):
        def respond(self) -> None:
            asked = f"{self.command} {self.path.partition('?')[0]}"
            served.asked.append(asked)
            length = int(self.headers.get("Content-Length") or 0)
            served.bodies[asked] = self.rfile.read(length)
            status, body = served.answers.get(asked, (404, {"message": f"no {asked}"}))
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            if status != 204:
                self.wfile.write(sent)

        do_GET = do_POST = do_DELETE = respond  # noqa: N815  # names of http.server's

        def log_message(self, format: str, *args: object) -> None:
            pass

        def address_string(self) -> str:
            return "unix"

    with socketserver.ThreadingUnixStreamServer(socket, Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
