"""One key of a JSON text is changed, and nothing else of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockswitch.model.json_key import literal, put

NAME = "experimental"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{"experimental": true}'),
        ("{}\n", '{"experimental": true}\n'),
        ("{\n}\n", '{"experimental": true\n}\n'),
        ('{"debug": true}', '{"debug": true, "experimental": true}'),
        ('{"debug":true,"a":1}', '{"debug":true,"a":1,"experimental":true}'),
        ('{ "a": 1 }', '{ "a": 1, "experimental": true }'),
        ('{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "experimental": true\n}\n'),
        ('{\r\n\t"a" : [1, {"experimental": 2}]\r\n}', None),
        ('\ufeff{"a": 1}', '\ufeff{"a": 1, "experimental": true}'),
    ],
)
def test_a_key_is_added_as_the_others_are_laid_out(before: str, after: str | None) -> None:
    told = put(before, NAME, "true")
    assert told == (
        after or '{\r\n\t"a" : [1, {"experimental": 2}],\r\n\t"experimental" : true\r\n}'
    )
    assert literal(told, NAME) == "true"
    assert put(told, NAME, None) == before


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ('{"experimental": false, "a": 1}', "true", '{"experimental": true, "a": 1}'),
        ('{"experimental": false, "a": 1}', None, '{"a": 1}'),
        ('{"a": 1, "experimental": false, "b": 2}', None, '{"a": 1, "b": 2}'),
        ('{"experimental": 1, "experimental": 2}', "3", '{"experimental": 1, "experimental": 3}'),
        ('{"experimental": 1, "experimental": 2}', None, "{}"),
        ('{"a": 1}', None, '{"a": 1}'),
    ],
)
def test_a_key_that_is_there_is_changed_or_taken_out(
    before: str, value: str | None, after: str
) -> None:
    assert put(before, NAME, value) == after


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
LAYOUTS = st.sampled_from([(None, None), (2, None), ("\t", None), (None, (",", ":"))])


@given(st.dictionaries(st.text(), VALUES, max_size=5), LAYOUTS, st.booleans())
def test_what_is_put_in_can_be_taken_out_to_the_byte(
    keys: dict[str, object],
    layout: tuple[int | str | None, tuple[str, str] | None],
    ascii: bool,  # noqa: FBT001 -- drawn
) -> None:
    keys.pop(NAME, None)
    text = json.dumps(keys, indent=layout[0], separators=layout[1], ensure_ascii=ascii)
    told = put(text, NAME, "true")
    assert json.loads(told) == keys | {NAME: True}
    assert list(json.loads(told)) == [*keys, NAME]
    assert put(told, NAME, None) == text
    assert put(put(told, NAME, "false"), NAME, "true") == told


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a"', '{"a": }', '{"a": 1', '{"a": 1 "b": 2}'])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        put(text, NAME, "true")
