"""Lists of rows: the table, its columns, and the drawers that open behind a figure."""
