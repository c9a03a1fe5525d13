"""Orders of people who never say that they leave: the papers' figures, and simulated people."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln

from data.errors import InvalidOption
from metrics.models.bg_nbd import BgNbd, fit_bg_nbd
from metrics.models.gamma_gamma import fit_gamma_gamma

PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, history=39.0, log_likelihood=-9582.4)


@pytest.mark.realdata
def test_bg_nbd_of_cdnow_has_the_published_parameters(repo_datasets: Path):
    folder = repo_datasets / "cdnow_clv"
    people = pd.read_csv(folder / "cdnow_customers_summary.csv")
    told = json.loads((folder / "expected.json").read_text())["bgnbd"]["published"]
    found = fit_bg_nbd(people["frequency"], people["recency"], people["T"])
    for name, digits in (("r", 3), ("alpha", 3), ("a", 3), ("b", 3), ("log_likelihood", 1)):
        assert round(getattr(found, name), digits) == told[name], name


@pytest.mark.realdata
def test_bg_nbd_of_cdnow_foretells_the_weeks_held_back(repo_datasets: Path):
    rows = pd.read_csv(
        repo_datasets / "cdnow_clv" / "CDNOW_sample.txt", sep=r"\s+", header=None,
        names=["master", "id", "day", "discs", "dollars"], dtype={"day": str},
    )  # fmt: skip
    rows["day"] = pd.to_datetime(rows["day"])
    split, end = pd.Timestamp("1997-09-30"), pd.Timestamp("1998-06-30")
    days = rows.drop_duplicates(["id", "day"])
    past = days[days["day"] <= split].groupby("id")["day"].agg(["size", "min", "max"])
    found = fit_bg_nbd(
        past["size"] - 1, (past["max"] - past["min"]).dt.days / 7,
        (split - past["min"]).dt.days / 7,
    )  # fmt: skip
    expected = found.expected(
        past["size"] - 1, (past["max"] - past["min"]).dt.days / 7,
        (split - past["min"]).dt.days / 7, ahead=min((end - split).days / 7, found.history),
    )  # fmt: skip
    came = ((days["day"] > split) & (days["day"] <= end)).sum()
    before = (past["size"] - 1).sum()
    # The paper's figure 5: some 5 % below the repeat orders of all 78 weeks together.
    assert (before + expected.sum()) / (before + came) == pytest.approx(0.95, abs=0.01)


@pytest.mark.realdata
def test_gamma_gamma_of_cdnow_has_the_published_parameters(repo_datasets: Path):
    rows = pd.read_csv(
        repo_datasets / "cdnow_clv" / "CDNOW_sample.txt", sep=r"\s+", header=None,
        names=["master", "id", "day", "discs", "dollars"], dtype={"day": str},
    )  # fmt: skip
    rows = rows[rows["day"] <= "19970930"]
    days = rows.groupby(["id", "day"], as_index=False)["dollars"].sum()
    again = days[days["day"] > days.groupby("id")["day"].transform("min")]
    mean = again.groupby("id")["dollars"].agg(["size", "mean"])
    mean = mean[mean["mean"] > 0]
    found = fit_gamma_gamma(mean["size"], mean["mean"])
    assert [round(value, 2) for value in (found.p, found.q, found.v)] == [6.25, 3.74, 15.44]


def test_bg_nbd_expects_of_the_papers_customer_what_the_paper_does():
    # Fader, Hardie & Lee (2005), note on implementing: customer 1516, 39 weeks ahead.
    found = PUBLISHED.expected([2], [30.43], [38.86], ahead=39.0)
    assert found[0] == pytest.approx(1.226, abs=1e-3)


def test_bg_nbd_recovers_simulated_people_and_their_future():
    rng = np.random.default_rng(7)
    n, r, alpha, a, b = 20_000, 0.8, 9.0, 0.9, 2.5
    age = rng.integers(20, 60, n)
    rate, leaves = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    past, last, later = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        at = 0.0
        while True:
            at += rng.exponential(1 / rate[i])
            if at > age[i] + 20:
                break
            if at <= age[i]:
                past[i] += 1
                last[i] = at
            else:
                later[i] += 1
            if rng.random() < leaves[i]:
                break
    found = fit_bg_nbd(past, last, age)
    assert (found.r, found.alpha) == (pytest.approx(r, rel=0.1), pytest.approx(alpha, rel=0.12))
    assert found.a / (found.a + found.b) == pytest.approx(a / (a + b), rel=0.1)
    expected = found.expected(past, last, age, ahead=20.0)
    for own in (past == 0, past == 1, past >= 2):
        error = later[own].std() / np.sqrt(own.sum())
        assert expected[own].mean() == pytest.approx(later[own].mean(), abs=4 * error)
    alive = found.alive([0, 3, 3], [0.0, 30.0, 10.0], [40.0, 40.0, 40.0])
    assert alive[0] == 1.0
    assert alive[1] > alive[2]


def test_bg_nbd_counts_weights_as_that_many_people():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 4, 300)
    age = rng.integers(10, 40, 300)
    last = np.where(x > 0, rng.integers(0, age + 1), 0)
    told = pd.DataFrame({"x": x, "t": last, "age": age}).value_counts().reset_index(name="n")
    one = fit_bg_nbd(x, last, age)
    grouped = fit_bg_nbd(told["x"], told["t"], told["age"], weights=told["n"])
    assert grouped.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-4)
    # The likelihood as the paper writes it, by another road than the fit's.
    r, alpha, a, b = one.r, one.alpha, one.a, one.b
    total = (
        gammaln(r + x) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) + gammaln(b + x)
        - gammaln(b) - gammaln(a + b + x)
        + np.log(
            (alpha + age) ** -(r + x)
            + np.where(x > 0, a / np.maximum(b + x - 1, 1e-9), 0) * (alpha + last) ** -(r + x)
        )
    ).sum()  # fmt: skip
    assert one.log_likelihood == pytest.approx(total, rel=1e-9)


def test_bg_nbd_says_nothing_beyond_twice_the_history():
    assert PUBLISHED.expected([1], [3.0], [39.0], ahead=39.0)[0] > 0
    with pytest.raises(InvalidOption, match="at most at 39"):
        PUBLISHED.expected([1], [3.0], [39.0], ahead=40.0)


@pytest.mark.parametrize(
    ("repeats", "last", "age", "words"),
    [
        ([0, 0], [0, 0], [3, 4], "got nobody"),
        ([1, 1], [5, 1], [3, 4], "age no less than last"),
        ([1, 1], [1], [3, 4], "of one length"),
    ],
)
def test_bg_nbd_refuses_what_cannot_be(repeats, last, age, words):
    with pytest.raises(InvalidOption, match=words):
        fit_bg_nbd(repeats, last, age)


def test_gamma_gamma_draws_those_of_few_orders_to_the_mean():
    rng = np.random.default_rng(3)
    nu = rng.gamma(5.0, 1 / 300.0, 8_000)
    n = rng.integers(1, 9, 8_000)
    mean = rng.gamma(6.0 * n, 1 / (nu * n))
    found = fit_gamma_gamma(n, mean)
    assert (found.p, found.q) == (pytest.approx(6.0, rel=0.1), pytest.approx(5.0, rel=0.1))
    assert found.mean == pytest.approx(6.0 * 300.0 / 4.0, rel=0.05)
    one, many = found.expected([1, 8], [2_000.0, 2_000.0])
    assert found.mean < one < many < 2_000.0
    with pytest.raises(InvalidOption, match="mean above 0"):
        fit_gamma_gamma([1], [0.0])
