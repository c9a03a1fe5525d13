"""Change explained: parts that add up, volume and rate apart."""

import numpy as np
import pandas as pd
import pytest

from data.errors import InvalidOption
from metrics.foundation.change import change_explained


def groups(**figures):
    return pd.DataFrame(
        [(name, *pair) for name, pair in figures.items()],
        columns=["channel_id", "numerator", "denominator"],
    )


def test_change_of_a_total_is_each_groups_own_change():
    table = change_explained(
        groups(sem=(100, 0), feed=(50, 0)), groups(sem=(70, 0), street=(10, 0)),
        dims=["channel_id"], kind="count",
    )  # fmt: skip
    effects = table.set_index("channel_id")["effect"].to_dict()
    assert effects == {"sem": -30, "feed": -50, "street": 10}
    assert table["channel_id"].tolist() == ["feed", "sem", "street"]
    assert table["share"].sum() == pytest.approx(1)
    assert table["rate_effect"].eq(0).all()


def test_change_of_money_adds_up_to_the_cent():
    rng = np.random.default_rng(3)
    before = pd.DataFrame(
        {"channel_id": range(500), "numerator": rng.integers(0, 10**8, 500) / 100}
    )
    after = pd.DataFrame({"channel_id": range(500), "numerator": rng.integers(0, 10**8, 500) / 100})
    table = change_explained(before, after, dims=["channel_id"], kind="sum")
    cents = sum(round(effect * 100) for effect in table["effect"])
    whole = sum(round(value * 100) for value in after["numerator"]) - sum(
        round(value * 100) for value in before["numerator"]
    )
    assert cents == whole


def test_a_pure_mix_shift_has_no_rate_effect():
    """Both rates stand still; the whole falls because the worse channel grew."""
    table = change_explained(
        groups(sem=(50, 100), feed=(10, 100)), groups(sem=(25, 50), feed=(15, 150)),
        dims=["channel_id"], kind="proportion",
    )  # fmt: skip
    assert table["rate_effect"].tolist() == pytest.approx([0, 0])
    assert table["effect"].sum() == pytest.approx(40 / 200 - 60 / 200)


def test_a_pure_rate_change_has_no_volume_effect():
    table = change_explained(
        groups(sem=(50, 100), feed=(10, 100)), groups(sem=(50, 100), feed=(30, 100)),
        dims=["channel_id"], kind="proportion",
    ).set_index("channel_id")  # fmt: skip
    assert table["volume_effect"].tolist() == pytest.approx([0, 0])
    assert table.loc["feed", "rate_effect"] == pytest.approx(0.1)
    assert table.loc["sem", "rate_effect"] == pytest.approx(0)


def test_simpson_rates_rise_while_the_whole_falls():
    table = change_explained(
        groups(sem=(80, 100), feed=(10, 100)), groups(sem=(17, 20), feed=(27, 180)),
        dims=["channel_id"], kind="proportion",
    )  # fmt: skip
    assert (table["rate_effect"] > 0).all()
    assert table["volume_effect"].sum() < 0
    assert table["effect"].sum() == pytest.approx(44 / 200 - 90 / 200)


def test_a_group_that_is_new_or_gone_is_all_volume():
    table = change_explained(
        groups(sem=(50, 100), gone=(1, 100)), groups(sem=(50, 100), new=(90, 100)),
        dims=["channel_id"], kind="proportion",
    ).set_index("channel_id")  # fmt: skip
    assert table.loc[["gone", "new"], "rate_effect"].tolist() == pytest.approx([0, 0])


@pytest.mark.parametrize("seed", range(20))
def test_effects_add_to_the_change_of_the_rate(seed):
    rng = np.random.default_rng(seed)

    def side():
        count = rng.integers(1, 30)
        return pd.DataFrame(
            {
                "channel_id": rng.choice([*"abcdefgh", None], count),
                "campus_id": rng.choice(["north", "south"], count),
                "numerator": rng.integers(-50, 500, count).astype(float),
                "denominator": rng.integers(0, 400, count).astype(float),
            }
        )

    before, after = side(), side()
    if not before["denominator"].sum() or not after["denominator"].sum():
        return
    table = change_explained(before, after, dims=["channel_id", "campus_id"], kind="ratio")
    change = after["numerator"].sum() / after["denominator"].sum() - (
        before["numerator"].sum() / before["denominator"].sum()
    )
    assert table["effect"].sum() == pytest.approx(change, abs=1e-12)
    assert (table["volume_effect"] + table["rate_effect"]).sum() == pytest.approx(change, abs=1e-12)


def test_revenue_of_a_channel_without_spend_is_not_lost():
    table = change_explained(
        groups(sem=(100, 100), organic=(50, 0)), groups(sem=(100, 100), organic=(90, 0)),
        dims=["channel_id"], kind="ratio",
    ).set_index("channel_id")  # fmt: skip
    assert table.loc["organic", "effect"] == pytest.approx(0.4)


def test_a_rate_without_denominator_is_not_explained():
    assert change_explained(
        groups(sem=(0, 0)), groups(sem=(1, 2)), dims=["channel_id"], kind="proportion"
    ).empty


def test_no_change_has_no_shares():
    table = change_explained(
        groups(sem=(5, 0)), groups(sem=(5, 0)), dims=["channel_id"], kind="count"
    )
    assert table["share"].isna().all()


def test_change_without_dimensions_is_one_part():
    table = change_explained(groups(sem=(5, 10)), groups(sem=(6, 10)), dims=[], kind="proportion")
    assert table["effect"].tolist() == pytest.approx([0.1])


def test_change_rejects_durations():
    with pytest.raises(InvalidOption, match="kind must be count, sum, proportion or ratio"):
        change_explained(groups(), groups(), dims=["channel_id"], kind="duration")
