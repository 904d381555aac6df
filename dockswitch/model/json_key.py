"""One key of a JSON object, changed in the object's text: all else stays as its owner wrote it."""

from dataclasses import dataclass
from json import JSONDecoder


@dataclass(frozen=True, slots=True)
class _Member:
    """Where a member stands: `gap` begins behind `{` or `,`, then key, colon and value."""

    name: str
    gap: int
    key: int
    colon: int
    value: int
    end: int


def literal(text: str, name: str) -> str | None:
    """The value of a key as the text spells it; None where it is not set. Raises ValueError."""
    found = [each for each in _members(text) if each.name == name]
    return text[found[-1].value : found[-1].end] if found else None


def put(text: str, name: str, value: str | None) -> str:
    """The text with that value, as JSON; None takes the key out.

    Taking out a key that was put in gives the text before, to the byte. Raises ValueError.
    """
    members = _members(text)
    at = next((place for place, each in enumerate(members) if each.name == name), None)
    if value is None:
        return text if at is None else put(_without(text, members, at), name, None)
    if at is None:
        return _added(text, members, name, value)
    last = [each for each in members if each.name == name][-1]  # it is the one that counts
    return text[: last.value] + value + text[last.end :]


def _added(text: str, members: list[_Member], name: str, value: str) -> str:
    """Behind the last one, and laid out as that is."""
    if not members:
        start = text.index("{") + 1
        return f'{text[:start]}"{name}": {value}{text[start:]}'
    last = members[-1]
    colon = text[last.colon : last.value]
    gap = text[last.gap : last.key] or " " * colon.endswith(" ")
    return f'{text[: last.end]},{gap}"{name}"{colon}{value}{text[last.end :]}'


def _without(text: str, members: list[_Member], at: int) -> str:
    gone = members[at]
    if at > 0:
        return text[: members[at - 1].end] + text[gone.end :]
    following = members[1].key if len(members) > 1 else gone.end
    return text[: gone.key] + text[following:]


def _members(text: str) -> list[_Member]:
    at = _expect(text, 1 if text.startswith("\ufeff") else 0, "{")
    found: list[_Member] = []
    while True:
        key = _skip(text, at)
        if not found and text[key : key + 1] == "}":
            return found
        _expect(text, key, '"')
        name, colon = JSONDecoder().raw_decode(text, key)
        value = _skip(text, _expect(text, colon, ":"))
        _, end = JSONDecoder().raw_decode(text, value)
        found.append(_Member(str(name), at, key, colon, value, end))
        at = _skip(text, end)
        if text[at : at + 1] == "}":
            return found
        at = _expect(text, at, ",")


def _expect(text: str, at: int, what: str) -> int:
    """The place behind `what`, which comes next."""
    at = _skip(text, at)
    if text[at : at + 1] != what:
        raise ValueError(f"{what} is wanted at character {at}")
    return at + 1


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at
