"""The errors EduLens raises on purpose; each carries a stable code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class EduLensError(Exception):
    """Root of all errors raised on purpose.

    The message says what must hold, then what came.
    """

    code = "edulens"


class InvalidOption(EduLensError, ValueError):
    """An argument is outside its bounds."""

    code = "invalid_option"


class UnknownName(EduLensError, LookupError):
    """A name is not among those known; the message suggests the nearest."""

    code = "unknown_name"

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        options = sorted(known)
        near = difflib.get_close_matches(name, options, n=2)
        if near:
            hint = f"; did you mean: {', '.join(near)}?"
        else:
            hint = f"; known: {', '.join(options)}" if options else "; there is none yet"
        super().__init__(f"{what} must be a known name, got {name!r}{hint}")


class InvalidInput(EduLensError, ValueError):
    """A file or a row does not keep its contract."""

    code = "invalid_input"


class CorruptSegment(EduLensError):
    """A segment's bytes do not match their checksum, or it was cut short."""

    code = "corrupt_segment"


class NotAllowed(EduLensError, PermissionError):
    """The viewer's role does not allow this."""

    code = "not_allowed"


class StoreUnavailable(EduLensError):
    """The store cannot be opened or has been closed."""

    code = "store_unavailable"
