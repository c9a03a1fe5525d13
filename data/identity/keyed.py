"""Keyed hashes inside SQL, equal to those Python's hmac makes."""

from __future__ import annotations

_BLOCK = 64  # bytes of a SHA-256 block


def hmac_parameters(key: bytes) -> dict[str, bytes]:
    """The parameters that `hmac_sql` refers to; a key of at most 64 bytes."""
    padded = key.ljust(_BLOCK, b"\0")
    return {
        "inner": bytes(byte ^ 0x36 for byte in padded),
        "outer": bytes(byte ^ 0x5C for byte in padded),
    }


def hmac_sql(text: str) -> str:
    """HMAC-SHA256 of a text expression, in hex (RFC 2104)."""
    return f"sha256($outer::BLOB || unhex(sha256($inner::BLOB || encode({text}))))"


def keyed_id(text: str, prefix: str) -> str:
    """A short name for a text expression: a prefix and 55 bits of its HMAC in base 32."""
    # 12 characters in all: DuckDB keeps texts of up to 12 bytes within the row.
    bits = f"(('0x' || {hmac_sql(text)}[:14])::BIGINT >> 1)"
    return f"'{prefix}' || to_base({bits}, 32, 11)"
