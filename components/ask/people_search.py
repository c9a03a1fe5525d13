"""People a viewer means by a few letters, the last digits of a phone, or a whole number."""

from __future__ import annotations

import pandas as pd

from components.ask import query
from data.identity.phone import normalise_phone, phone_key
from data.installation.process import installation
from metrics.people.person import normalised, search, writing


def find_people(text: str) -> pd.DataFrame:
    """The people a viewer means, see `metrics.people.person`; a full number finds by its key."""
    number = normalise_phone(text)
    if number is None:
        plain = normalised(text)
        return query.fetch(search, None, text=plain, written=writing(plain))
    key = phone_key(installation().home.key("identity"), number)
    return query.fetch(search, None, phone_key=key)
