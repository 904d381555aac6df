"""A disk that is full at any write: the old engine is there, and the error says what it is."""

import copy

from dockswitch.engine import watch
from dockswitch.model.errors import DockswitchError
from dockswitch.switching import unconfirmed_record
from tests.world import World
from tests.world.commands import mend, switch
from tests.world.truth import answering, is_whole

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"


def machine() -> World:
    world = World(stable=[OLD], test=[NEW])
    switch(world, OLD)
    return world


def said(world: World, revert_after: int = 0) -> str:
    """What the error of a switch to the new version says; empty where there was none."""
    try:
        switch(world, NEW, revert_after=revert_after)
    except DockswitchError as error:
        return f"{error.message} {error.details}"
    except OSError as error:
        return str(error)
    return ""


def test_a_write_that_fails_leaves_the_old_engine_and_says_what_is_missing() -> None:
    start, number, words = machine(), 0, "begin"
    while words:
        number += 1
        world = copy.deepcopy(start)
        with world.full(number):
            words = said(world)
        if not words:
            break
        assert "no space" in words.lower(), (number, words)
        assert answering(world) == OLD, number
        is_whole(world)
    assert number > 8
    assert answering(world) == NEW


def test_a_disk_that_stays_full_is_mended_by_the_next_command_that_finds_space() -> None:
    start, number, words = machine(), 0, "begin"
    while words:
        number += 1
        world = copy.deepcopy(start)
        with world.full(number, for_good=True):
            words = said(world)
        if not words:
            break
        assert "no space" in words.lower(), (number, words)
        assert answering(world) == OLD, number
        mend(world)
        is_whole(world)
        assert answering(world) == OLD, number
    assert number > 8


def test_a_switch_that_was_to_undo_itself_is_undone_with_what_was_to_see_to_that() -> None:
    start, number, words = machine(), 0, "begin"
    while words:
        number += 1
        world = copy.deepcopy(start)
        with world.full(number):
            words = said(world, revert_after=600)
        if not words:
            break
        assert "no space" in words.lower(), (number, words)
        assert unconfirmed_record.read(world) is None, number
        assert answering(world) == OLD, number
        is_whole(world)
    assert number > 9
    assert watch.is_watched(world)
