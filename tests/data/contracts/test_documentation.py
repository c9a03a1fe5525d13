from __future__ import annotations

from pathlib import Path

from data.contracts import CONTRACTS
from data.contracts.documentation import data_page

PAGE = Path(__file__).parents[3] / "docs" / "data.md"


def test_the_data_page_is_what_the_contracts_say():
    assert PAGE.read_text(encoding="utf-8") == data_page(), (
        "run: python -m data docs > docs/data.md"
    )


def test_the_data_page_names_every_column_with_its_label():
    page = data_page()
    for table in CONTRACTS.values():
        for column in table.columns:
            assert f"| `{column.name}` | {column.label} |" in page
