"""A part of a page between two marks, which the code writes; all around it is written by hand."""

from __future__ import annotations

from data.errors import InvalidOption


def with_part(page: str, name: str, part: str) -> str:
    """The page with a new text between the marks of a part.

    Raises
    ------
    InvalidOption
        If the page does not have both marks, each once.
    """
    begin, end = f"<!-- written by the code: {name} -->", f"<!-- end of {name} -->"
    before, found, rest = page.partition(begin)
    _old, closed, after = rest.partition(end)
    if not found or not closed or begin in after or end in after:
        raise InvalidOption(f"the page must have {begin!r} and {end!r} once each")
    return f"{before}{begin}\n\n{part.strip()}\n\n{end}{after}"
