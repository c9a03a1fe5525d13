"""One-ID: which identifiers belong to one person, and why."""

from data.identity.phone import (
    mask_identifier,
    mask_name,
    mask_phone,
    normalise_phone,
    normalise_phones,
    phone_key,
)
from data.identity.resolution import resolve

__all__ = [
    "mask_identifier",
    "mask_name",
    "mask_phone",
    "normalise_phone",
    "normalise_phones",
    "phone_key",
    "resolve",
]
