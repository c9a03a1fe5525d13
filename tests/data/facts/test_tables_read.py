"""What a fact is made from is read off its statement, however it is written."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from data.errors import InvalidOption
from data.facts.build import QUERIES
from data.facts.build_work import WORK
from data.facts.tables_read import tables_read

STATEMENTS = {**WORK, **{query.table: query.sql for query in QUERIES}}


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT 1 AS one", set()),
        ("FROM leads", {"leads"}),
        ("SELECT * FROM leads, orders o WHERE o.lead_id = leads.lead_id", {"leads", "orders"}),
        ('SELECT * FROM "order lines" JOIN Orders USING (order_id)', {"order lines", "Orders"}),
        ("SELECT (SELECT max(x) FROM a) FROM b WHERE EXISTS (FROM c)", {"a", "b", "c"}),
        ("WITH s AS (FROM seats) SELECT * FROM s JOIN (SELECT * FROM t) USING (i)", {"seats", "t"}),
        ("SELECT 1 FROM a UNION ALL (SELECT 2 FROM b -- FROM c\n)", {"a", "b"}),
        ("SELECT ' FROM z ' AS text FROM a ASOF JOIN b USING (i)", {"a", "b"}),
        ("SELECT hmac($inner, x) FROM a", {"a"}),
    ],
)
def test_tables_are_found_wherever_they_stand(sql: str, tables: set[str]):
    assert tables_read(sql) == tables


@pytest.mark.parametrize("sql", ["SELECT FROM WHERE", "DROP TABLE leads", "SELECT 1; FROM"])
def test_what_is_no_select_is_refused(sql: str):
    with pytest.raises(InvalidOption, match="a fact must be one SELECT"):
        tables_read(sql)


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_another_parser_finds_the_same(name: str):
    tree = sqlglot.parse_one(STATEMENTS[name], dialect="duckdb")
    steps = {step.alias_or_name for step in tree.find_all(exp.CTE)}
    named = {table.name for table in tree.find_all(exp.Table)} - steps - {""}
    assert tables_read(STATEMENTS[name]) == named
