"""What is read out of an engine's log."""

import pytest

from dockswitch.engine.log import last_lines, last_words
from dockswitch.system.here import Here
from dockswitch.system.processes import STARTS

OLD = f"{STARTS}/v/20/dockerd\nfailed to start daemon: old\n"


def test_the_last_lines_are_those_of_the_file(machine: Here) -> None:
    assert last_lines(machine, 3) == ()
    machine.write(machine.layout.log, b"1\n2\n3\n")
    assert last_lines(machine, 2) == ("2", "3")
    assert last_lines(machine, 0) == ()


NEW = f"""{STARTS}/v/28/dockerd
time="1" level=info msg="a"
time="2" level=error msg="b"
time="3" level=warning msg="c"
failed to start daemon: driver not supported

"""


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("", "it said nothing"),
        (OLD, "failed to start daemon: old"),
        (f"{OLD}{STARTS}/v/28/dockerd\n", "it said nothing"),
        (
            OLD + NEW,
            'time="2" level=error msg="b" · failed to start daemon: driver not supported',
        ),
        (
            "old\nStarting docker.service - Docker Application Container Engine...\nnew\n",
            "new",
        ),
        ("old\nStarting Docker Application Container Engine...\nnew\n", "new"),
        (f"{STARTS}/v\ntime=1 level=info msg=only\n", "time=1 level=info msg=only"),
    ],
)
def test_the_last_words_are_of_trouble_and_of_the_last_start(
    machine: Here, log: str, words: str
) -> None:
    machine.write(machine.layout.log, log.encode())
    assert last_words(last_lines(machine, 200)) == words
