"""What Go's packages print and how they complain: JSON, templates, tables."""

import json
import re
from collections.abc import Mapping, Sequence

_ACTION = re.compile(r"\{\{(.*?)\}\}")
_COMPLAINTS = {
    "Expecting property name enclosed in double quotes": "looking for beginning of object key "
    "string",
    "Expecting value": "looking for beginning of value",
    "Expecting ',' delimiter": "after object key:value pair",
    "Extra data": "after top-level value",
}


class TemplateError(Exception):
    """As text/template says it."""


class SyntaxProblem(Exception):
    """As encoding/json says it."""


def parsed(content: bytes) -> object:
    """Raises SyntaxProblem."""
    text = content.decode("utf-8", "replace")
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()):
            raise SyntaxProblem("unexpected end of JSON input") from None
        told = _COMPLAINTS.get(error.msg, "looking for beginning of value")
        raise SyntaxProblem(f"invalid character {text[error.pos]!r} {told}") from None
    return value


def indented(value: object, *, ordered: bool = False) -> str:
    return json.dumps(value, indent=4, ensure_ascii=False, sort_keys=ordered)


def filled(template: str, value: Mapping[str, object]) -> str:
    """A template of `inspect`, over plain values. Raises TemplateError."""
    return _ACTION.sub(lambda found: _said(found[1].strip(), value), template)


def fields(template: str) -> list[str]:
    """The fields that a template of `ls` names. Raises TemplateError for any function."""
    named = []
    for action in _ACTION.findall(template):
        function, _, _ = action.strip().partition(" ")
        if not function.startswith("."):
            raise TemplateError(f'template: :1: function "{function}" not defined')
        named.append(function[1:])
    return named


def replaced(template: str, values: Mapping[str, str]) -> str:
    return _ACTION.sub(lambda found: values[found[1].strip()[1:]], template)


def table(rows: Sequence[Sequence[str]]) -> str:
    """text/tabwriter with a padding of three and a cell of five at least; the last has none."""
    wide = [max(5, 3 + max(len(row[at]) for row in rows)) for at in range(len(rows[0]) - 1)]
    lines = (
        "".join(cell.ljust(width) for cell, width in zip(row, wide, strict=False)) + row[-1]
        for row in rows
    )
    return "\n".join(lines)


def tabbed(rows: Sequence[tuple[str, str]]) -> str:
    """text/tabwriter with tabs of eight, as the flags of a command are listed."""
    wide = (max(len(name) for name, _ in rows) // 8 + 1) * 8
    return "\n".join(f"{name}{chr(9) * -(-(wide - len(name)) // 8)}{told}" for name, told in rows)


def _said(action: str, value: Mapping[str, object]) -> str:
    function, _, rest = action.rpartition(" ")
    found = _at(rest, value)
    match function.strip():
        case "":
            return "<no value>" if found is None else _plain(found)
        case "json":
            return json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        case "prettyjson":
            return indented(found, ordered=True)
        case unknown:
            raise TemplateError(f'template: :1: function "{unknown}" not defined')


def _at(path: str, value: object) -> object:
    for name in path.strip(".").split(".") if path != "." else []:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
