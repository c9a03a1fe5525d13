"""The channel tree as the rows of a table: branches that open, in the order of a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from metrics.foundation.tally import ELSEWHERE

_INDENT = "\u2003"  # an em space: a table cell keeps it
_CLOSED, _OPEN, _LEAF = "▸ ", "▾ ", ""
_LEVELS = ("channel_root", "channel_level2")  # how rows name each level; below it by channel


@dataclass(frozen=True)
class Node:
    """A row of the tree: a channel of some level, or a campaign of a channel."""

    key: str
    name: str
    depth: int
    mark: str
    where: Mapping[str, object]

    @property
    def label(self) -> str:
        """The name, set in by its depth, with whether it is open."""
        return _INDENT * self.depth + self.mark + self.name


def tree_rows(
    tree: pd.DataFrame,
    order: Mapping[str, float],
    opened: Iterable[str],
    *,
    elsewhere: str,
    campaigns: Mapping[str, Iterable[str]] | None = None,
) -> list[Node]:
    """The nodes to show, each branch followed by what is in it where it is open.

    Parameters
    ----------
    tree
        ``channel_id``, ``name``, ``path``, ``level`` of every channel.
    order
        Figures by node: only nodes in it are shown, siblings with the largest first.
    opened
        Nodes that are open.
    elsewhere
        What to call the leads whose channel is not in the tree.
    campaigns
        Campaigns of opened channels that have no channels below.
    """
    opened, campaigns = set(opened), campaigns or {}
    found = tree[tree["channel_id"].isin(list(order))]
    below: dict[str, list[dict[str, object]]] = {}
    for row in found.to_dict("records"):
        path = str(row["path"]).split("/")
        below.setdefault(path[-2] if len(path) > 1 else "", []).append(row)
    rows: list[Node] = []

    def place(parent: str, depth: int) -> None:
        for row in sorted(below.get(parent, []), key=lambda row: -order[str(row["channel_id"])]):
            key = str(row["channel_id"])
            is_open = key in opened
            rows.append(Node(key, str(row["name"]), depth, _OPEN if is_open else _CLOSED,
                             _rows_of(tree, key, depth)))  # fmt: skip
            if is_open and key in below:
                place(key, depth + 1)
            elif is_open:
                rows.extend(
                    Node(f"{key}|{name}", name or elsewhere, depth + 1, _LEAF,
                         {"channel_id": key, "campaign": name or None})
                    for name in campaigns.get(key, ())
                )  # fmt: skip

    place("", 0)
    if ELSEWHERE in order:
        rows.append(Node(ELSEWHERE, elsewhere, 0, _LEAF, {"channel_root": None}))
    return rows


def _rows_of(tree: pd.DataFrame, key: str, depth: int) -> dict[str, object]:
    """Which rows a node's figures add up: all below it, however deep the tree is."""
    if depth < 2:
        return {_LEVELS[depth]: key}
    ways = zip(tree["channel_id"], tree["path"], strict=True)
    below = tuple(sorted(channel for channel, way in ways if key in str(way).split("/")))
    return {"channel_id": below if len(below) > 1 else key}


def branches_above(tree: pd.DataFrame, channels: Iterable[str]) -> set[str]:
    """The branches to open so that these channels can be seen."""
    wanted = set(channels)
    paths = tree.loc[tree["channel_id"].isin(wanted), "path"]
    return {above for path in paths for above in str(path).split("/")[:-1]}


def leaves_open(tree: pd.DataFrame, opened: Iterable[str]) -> list[str]:
    """Opened channels that have no channels below: their campaigns are shown."""
    parents = set(tree["parent_id"].dropna())
    return sorted(key for key in opened if key in set(tree["channel_id"]) and key not in parents)
