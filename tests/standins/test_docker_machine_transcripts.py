"""The stand-in for docker-machine says what the real one said, word for word.

Measured with the real docker-machine 0.16.2 (and 0.12.0: old.txt) on Linux, with stub VBoxManage
and ssh, or with the driver qemu and a machine that booted; Go's traces are shortened.
"""

import pytest

from tests.standins.replay import FOLDER, Act, Replay, masked, read


@pytest.mark.parametrize("name", sorted(each.name for each in FOLDER.iterdir()))
def test_each_command_says_what_the_real_one_said(name: str) -> None:
    replay, wrong, commands = Replay(), [], 0
    for each in read(name):
        if isinstance(each, Act):
            replay.act(each.words)
            continue
        commands += 1
        now = replay.run(each.command)
        told = (now.code, masked(now.out), masked(now.err))
        real = (each.code, masked(each.out), masked(each.err))
        if told != real:
            wrong.append(f"{name}:{each.line} {each.command}\n{told}\n{real}")
    assert commands
    assert not wrong, "\n\n".join(wrong)
