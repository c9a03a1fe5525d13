"""Codes of authenticator apps, against the tables of the standards."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from data.accounts.totp import address, code_of, matching_step, step_of, written

SECRET = b"12345678901234567890"
# RFC 6238, appendix B, with the seeds of its errata 2866: 20, 32 and 64 bytes.
SEEDS = {"sha1": SECRET, "sha256": (SECRET * 2)[:32], "sha512": (SECRET * 4)[:64]}
TABLE = """
59 94287082 46119246 90693936
1111111109 07081804 68084774 25091201
1111111111 14050471 67062674 99943326
1234567890 89005924 91819424 93441116
2000000000 69279037 90698825 38618901
20000000000 65353130 77737706 47863826
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_codes_are_those_of_rfc_6238(line: str):
    seconds, *codes = line.split()
    for (algorithm, seed), code in zip(SEEDS.items(), codes, strict=True):
        assert code_of(seed, step_of(int(seconds)), digits=8, algorithm=algorithm) == code


def test_codes_of_six_digits_are_those_of_rfc_4226():
    # Appendix D: the first ten values of the counter.
    expected = [
        "755224",
        "287082",
        "359152",
        "969429",
        "338314",
        "254676",
        "287922",
        "162583",
        "399871",
        "520489",
    ]
    assert [code_of(SECRET, counter) for counter in range(10)] == expected


def test_a_code_holds_for_a_step_before_and_after_and_no_longer():
    code = code_of(SECRET, 1000)
    held = [s for s in range(990 * 30, 1010 * 30) if matching_step(SECRET, code, s) == 1000]
    assert (held[0], held[-1]) == (999 * 30, 1002 * 30 - 1)


def test_a_step_that_was_used_matches_no_more():
    code, seconds = code_of(SECRET, 1000), 1000 * 30.0
    assert matching_step(SECRET, code, seconds, after=999) == 1000
    assert matching_step(SECRET, code, seconds, after=1000) is None
    earlier = code_of(SECRET, 999)
    assert matching_step(SECRET, earlier, seconds, after=1000) is None


@pytest.mark.parametrize("code", ["", "12345", "七五五二二四", "7552240", "755 22"])
def test_what_is_no_code_matches_nothing(code: str):
    assert matching_step(SECRET, code, 0.0) is None


def test_address_carries_the_secret_as_apps_read_it():
    found = urlsplit(address(SECRET, "lin.head-1"))
    assert (found.scheme, found.netloc, found.path) == ("otpauth", "totp", "/EduLens:lin.head-1")
    fields = parse_qs(found.query)
    assert fields == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["EduLens"]}
    assert written(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
