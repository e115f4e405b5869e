"""What the queries have in common: long lists of ids in, columns of numbers out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, func, select

# Services hand connections on and know SQL no further.
from sqlalchemy import Connection as Connection


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """`column IN values` for any number of values: one bound JSON list, no limit of variables."""
    listed = func.json_each(json.dumps([_plain(value) for value in values])).table_valued("value")
    return column.in_(select(listed.c.value))


def numbers(connection: Connection, query: Select[Any]) -> list[NDArray[np.int64]]:
    """One int64 array per column of a query whose columns are whole numbers and never NULL.

    The rows come in any order, the same in every column. SQLite joins the numbers into one text:
    100,000 rows as Python objects take four times as long.
    """
    rows = query.subquery()
    joined = connection.execute(select(*(func.group_concat(each) for each in rows.c))).one()
    return [np.fromstring(text, np.int64, sep=",") if text else np.zeros(0, np.int64) for text in joined]


def column(connection: Connection, query: Select[Any]) -> NDArray[np.int64]:
    """int64 (rows,) of a query with one column, rising."""
    return np.sort(numbers(connection, query)[0])


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
