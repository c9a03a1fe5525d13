"""The sample's phones look like phones and reach nobody."""

from __future__ import annotations

import numpy as np
import phonenumbers
from phonenumbers import PhoneNumberType, carrier, geocoder

from data.identity.phone import normalise_phone
from data.sample import generate
from data.sample.names import MAX_BLOCKS, PHONE_PREFIX, people, phones, surnames


def _sample_phones() -> set[str]:
    found: set[str] = set()
    for name, table in generate(0.05):
        if "phone" in table.schema.names:
            found |= set(table["phone"].drop_null().unique().to_pylist())
            assert table["phone"].type == "string", name
    return found


def test_phones_are_taken_for_mobiles_by_the_pipeline():
    found = _sample_phones()
    assert len(found) > 1_000
    for phone in found:
        parsed = phonenumbers.parse(phone)
        assert phonenumbers.is_valid_number(parsed)
        assert phonenumbers.number_type(parsed) == PhoneNumberType.MOBILE
        assert normalise_phone(phone) == phone


def test_phones_cannot_ring_they_lie_in_data_card_blocks_that_no_region_has():
    for phone in _sample_phones():
        assert phone.startswith((PHONE_PREFIX + "5", PHONE_PREFIX + "6"))
        assert len(phone) == 14
        parsed = phonenumbers.parse(phone)
        # An assigned block carries its city; these carry the country alone.
        assert geocoder.description_for_number(parsed, "en") == "China"
        assert carrier.name_for_number(parsed, "en") == "China Unicom"  # 145: data cards
    assigned = phonenumbers.parse("+8613912345678")
    assert geocoder.description_for_number(assigned, "en") != "China"


def test_phones_never_repeat_up_to_the_largest_scale():
    last = people(MAX_BLOCKS - 1, np.array([59_999]))
    assert phones(last).to_pylist()[0].startswith(PHONE_PREFIX)
    sample = np.concatenate([people(block, np.arange(60_000)) for block in (0, 1, MAX_BLOCKS - 1)])
    assert len(phones(sample).unique()) == len(sample)


def test_surnames_are_spread_as_in_life_a_few_are_common():
    counts = np.bincount(surnames(np.arange(20_000)))
    assert counts.max() > 4 * np.median(counts)
    assert (counts > 0).all()
