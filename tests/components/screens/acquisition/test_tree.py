"""The channel tree as rows: what is open, in which order, and which rows each stands for."""

from __future__ import annotations

import pandas as pd

from components.screens.acquisition.tree import branches_above, leaves_open, tree_rows

TREE = pd.DataFrame(
    [
        ("online", "线上", None, "online", 1),
        ("feed", "信息流", "online", "online/feed", 2),
        ("douyin", "抖音信息流", "feed", "online/feed/douyin", 3),
        ("xhs", "小红书", "feed", "online/feed/xhs", 3),
        ("word", "转介绍", None, "word", 1),
        ("unused", "没有线索", "online", "online/unused", 2),
    ],
    columns=["channel_id", "name", "parent_id", "path", "level"],
)
LEADS = {"online": 9.0, "feed": 9.0, "douyin": 4.0, "xhs": 5.0, "word": 12.0, "": 1.0}


def rows_of(opened, **options):
    return tree_rows(TREE, LEADS, opened, elsewhere="树外", **options)


def test_tree_rows_show_the_roots_largest_first_and_what_is_in_no_branch_last():
    assert [row.label for row in rows_of(())] == ["▸ 转介绍", "▸ 线上", "树外"]


def test_tree_rows_put_an_open_branch_in_between_and_leave_unused_channels_out():
    labels = [row.label.strip("\u2003") for row in rows_of({"online", "feed"})]
    assert labels == ["▸ 转介绍", "▾ 线上", "▾ 信息流", "▸ 小红书", "▸ 抖音信息流", "树外"]


def test_tree_rows_name_the_rows_behind_each_level():
    found = {row.key: row.where for row in rows_of({"online", "feed"})}
    assert found["online"] == {"channel_root": "online"}
    assert found["feed"] == {"channel_level2": "feed"}
    assert found["xhs"] == {"channel_id": "xhs"}
    assert found[""] == {"channel_root": None}


def test_tree_rows_of_a_deep_branch_are_all_below_it():
    deep = [("note", "笔记", "xhs", "online/feed/xhs/note", 4)]
    tree = pd.concat([TREE, pd.DataFrame(deep, columns=TREE.columns)], ignore_index=True)
    leads = LEADS | {"note": 2.0}
    rows = tree_rows(tree, leads, {"online", "feed", "xhs"}, elsewhere="")
    found = {row.key: row.where for row in rows}
    assert found["xhs"] == {"channel_id": ("note", "xhs")}, "its figure adds up both"
    assert found["note"] == {"channel_id": "note"}


def test_tree_rows_show_campaigns_of_an_open_channel():
    rows = rows_of({"online", "feed", "xhs"}, campaigns={"xhs": ["聚光", ""]})
    campaigns = [(row.name, row.where) for row in rows if "|" in row.key]
    assert campaigns == [
        ("聚光", {"channel_id": "xhs", "campaign": "聚光"}),
        ("树外", {"channel_id": "xhs", "campaign": None}),
    ]


def test_branches_above_open_the_way_to_a_channel():
    assert branches_above(TREE, ["douyin", "word", "nowhere"]) == {"online", "feed"}


def test_leaves_open_are_channels_without_channels_below():
    assert leaves_open(TREE, {"online", "xhs", "gone"}) == ["xhs"]
