"""Lists: filtered, ordered and cut into pages, as the query says."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from keyturn_emulator.awx import refusals
from keyturn_emulator.awx.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from keyturn_emulator.awx.dialect import Dialect
    from keyturn_emulator.awx.documents.shapes import Row

PAGE_SIZE, LARGEST_PAGE = 25, 200
SECRET = ("token", "refresh_token", "client_secret")
# Words of the query that are no fields; `format` is all but JSON's, and JSON is what everybody gets.
RESERVED = ("page", "page_size", "order_by", "format")

COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "exact": lambda value, wanted: value == wanted,
    "iexact": lambda value, wanted: value.lower() == wanted.lower(),
    "contains": lambda value, wanted: wanted in value,
    "icontains": lambda value, wanted: wanted.lower() in value.lower(),
    "startswith": str.startswith,
    "endswith": str.endswith,
    "in": lambda value, wanted: value in wanted.split(","),
}
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


def page_of(rows: Sequence[Row], model: str, path: str, query: Mapping[str, str], dialect: Dialect) -> Row:
    """The page of `rows` that `query` asks for; Refusal for a filter or a page that there is not.

    model: the name of the rows' kind in refusals. path: where the list is, for the links to its neighbours.
    """
    for name, wanted in query.items():
        if name not in RESERVED:
            rows = [row for row in rows if _matches(row, name, wanted)] if _known(rows, name, model) else rows
    rows = _sorted(rows, query.get("order_by", "id"))
    size, number = _page_size(query, dialect), _page_number(query)
    if number < 1 or (number > 1 and (number - 1) * size >= len(rows)):
        raise Refusal(404, {"detail": "Invalid page."}, "page")
    further = number * size < len(rows)
    return {
        "count": len(rows),
        "next": _link(path, query, number + 1) if further else None,
        "previous": _previous(path, query, number - 1, dialect) if number > 1 else None,
        "results": rows[(number - 1) * size : number * size],
    }


def _known(rows: Sequence[Row], name: str, model: str) -> bool:
    """Whether there are rows to filter; Refusal for a field that is secret, or that rows do not have."""
    field = name.partition("__")[0]
    if field in SECRET:
        raise Refusal(403, {"detail": f"Filtering on {field} is not allowed."}, "filter")
    if rows and field not in rows[0]:
        raise refusals.bad_request(f"{model} has no field named '{field}'")
    return bool(rows)


def _matches(row: Row, name: str, wanted: str) -> bool:
    field, *rest = name.split("__")
    operation = rest.pop() if rest and rest[-1] in {*COMPARISONS, *ORDERS, "isnull"} else "exact"
    value = row[field]
    for attribute in rest:
        value = _attribute(row, field, attribute)
    if operation == "isnull":
        return (value is None) == (wanted.lower() in {"true", "1"})
    if value is None:
        return False
    if operation in ORDERS:
        return _ordered(operation, value, wanted)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return COMPARISONS[operation](text, wanted.lower() if isinstance(value, bool) else wanted)


def _attribute(row: Row, field: str, attribute: str) -> object:
    """Of the object that `field` refers to: `user__username`, say."""
    summaries = row.get("summary_fields")
    found = summaries.get(field) if isinstance(summaries, dict) else None
    if found is None:
        return None
    if attribute not in found:
        raise refusals.bad_request(f"Related Field got invalid lookup: {attribute}")
    value: object = found[attribute]
    return value


def _ordered(operation: str, value: object, wanted: str) -> bool:
    """Numbers as numbers; times are texts whose order is that of time."""
    if not isinstance(value, int):
        return ORDERS[operation](str(value), wanted)
    try:
        return ORDERS[operation](value, float(wanted))
    except ValueError:
        raise refusals.bad_request("Field expected a number but got something else.") from None


def _sorted(rows: Sequence[Row], order: str) -> list[Row]:
    """By the fields of `order`, the last one first: sorting keeps what was sorted before."""
    result = list(rows)
    for word in reversed(order.split(",")):
        field = word.strip().removeprefix("-")
        if result and field not in result[0]:
            raise refusals.bad_request(f"Cannot resolve keyword '{field}' into field.")
        result = sorted(result, key=_sort_key(field), reverse=word.strip().startswith("-"))
    return result


def _sort_key(field: str) -> Callable[[Row], tuple[bool, float, str]]:
    def key(row: Row) -> tuple[bool, float, str]:
        value = row[field]
        number = value if isinstance(value, int) else 0
        return (value is None, float(number), "" if isinstance(value, int) else str(value))

    return key


def _page_size(query: Mapping[str, str], dialect: Dialect) -> int:
    try:
        wanted = int(query.get("page_size", PAGE_SIZE))
    except ValueError:
        # The controller falls over this; the framework's own paginator, which the gateway has, does not.
        if dialect.is_controller:
            raise refusals.broken() from None
        return PAGE_SIZE
    return min(wanted, LARGEST_PAGE) if wanted > 0 else PAGE_SIZE


def _page_number(query: Mapping[str, str]) -> int:
    text = query.get("page", "1")
    return int(text) if text.isdecimal() else 0


def _link(path: str, query: Mapping[str, str], number: int) -> str:
    return f"{path}?{urlencode(sorted({**query, 'page': str(number)}.items()))}"


def _previous(path: str, query: Mapping[str, str], number: int, dialect: Dialect) -> str:
    if number > 1 or dialect.is_controller:
        return _link(path, query, number)
    rest = sorted((name, value) for name, value in query.items() if name != "page")
    return f"{path}?{urlencode(rest)}" if rest else path
