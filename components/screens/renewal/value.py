"""What families will still buy: expected yuan, how the forecast did, and who is worth most."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import figure, own_palette, show, value_axis
from components.kit.rows.drawer import day_column, open_list
from components.kit.rows.drill import download_buttons, person_column, person_links
from components.kit.rows.table import lines_height, whole_column
from components.kit.states import nothing_to_show
from components.screens.renewal.outlook import Outlook
from components.screens.renewal.reading import Reading
from components.words.formats import is_missing, money, number
from components.words.i18n import N_, _, sentences
from metrics.renewal.pool import names_of
from metrics.renewal.remaining_value import LEAST_WEEKS
from metrics.renewal.value_model import (
    ANY_TIME,
    BY_TERM,
    LEAST_REPEAT,
    MOST_REPEATS,
    Remaining,
    Trial,
)

MODELS = {
    ANY_TIME: N_("people buy at any time (BG/NBD)"),
    BY_TERM: N_("people buy by the term (gaps between orders)"),
}


def value_panel(reading: Reading) -> None:
    """Draw the sum, the test, and the people worth most."""
    outlook = Outlook.of_institution()
    if outlook.learnt is None:
        nothing_to_show(
            _("Orders go back less than {weeks} weeks: too short to foretell any.",
              weeks=2 * LEAST_WEEKS)
        )  # fmt: skip
        return
    if not outlook.trials:
        nothing_to_show(
            _(
                "Only {n} of {all} payers have bought again; from {least} on it can be told what"
                " they will still buy.",
                n=number(outlook.learnt.repeaters, exact=True),
                all=number(outlook.learnt.people, exact=True),
                least=LEAST_REPEAT,
            )
        )
        return
    found = outlook.remaining(reading.filters, scope=reading.scope)
    st.markdown(value_sentence(outlook, found))
    trial = outlook.trials[0]
    finding = trial_finding(trial)
    clicked = show(
        trial_figure(trial, finding), key="renewal_value_test", alt=finding, clickable=True
    )
    if clicked:
        _open_tested(outlook, trial, clicked["repeats"], reading)
    st.caption(method_words(outlook))
    if found is None or not found.people:
        return
    _table(reading, found.top)
    download_buttons(
        lambda: _everybody(outlook, reading), subject="remaining_value", key="renewal_value"
    )


def _open_tested(outlook: Outlook, trial: Trial, repeats: int, reading: Reading) -> None:
    """Open the payers of a mark of the test, as far as they are the viewer's to see."""
    own = outlook.tested(repeats, scope=reading.scope)
    (n,) = trial.groups.loc[trial.groups["repeats"] == repeats, "people"]
    column = st.column_config
    open_list(
        lambda: own,
        {
            "name": column.TextColumn(_("Name")),
            "orders": column.NumberColumn(_("Orders before the test")),
            "later": column.NumberColumn(_("Orders in the test")),
            "first_on": day_column(_("First order")),
            "last_on": day_column(_("Last order before the test")),
        },
        title=_("Orders after the first, before the test: {n}", n=_repeats(repeats)),
        subject="value_test", key="renewal_value_rows", where={"repeats": repeats},
        note="" if len(own) == n else _(
            "Tested on the whole institution: of these {n} payers you see your own.",
            n=number(n, exact=True),
        ),
    )  # fmt: skip


def _repeats(repeats: int) -> str:
    return _("{k} or more", k=repeats) if repeats == MOST_REPEATS else str(repeats)


def value_sentence(outlook: Outlook, found: Remaining | None) -> str:
    """What is expected in all, and what it would be if the forecast missed as it did before."""
    window, best = outlook.window, outlook.best
    if window is None or best is None or found is None:
        return _(
            "**No value is told:** in the test none of the models came within a fifth of the"
            " orders that came."
        )
    return _(
        "In the next {weeks} weeks {people} payers are expected to order {orders} more times,"
        " worth **{worth}**; {low}–{high} if it misses as it did in the test.",
        weeks=window.weeks,
        people=number(found.people, exact=True),
        orders=number(round(found.orders), exact=True),
        worth=money(found.worth_cny),
        low=money(found.worth_cny * best.low),
        high=money(found.worth_cny * best.high),
    ).replace("$", r"\$")


def trial_finding(trial: Trial) -> str:
    """How many orders were foretold and how many came."""
    return _(
        "Foretold {expected} orders of {n} payers, {came} came",
        expected=number(round(trial.expected), exact=True),
        n=number(trial.people, exact=True),
        came=number(round(trial.came), exact=True),
    )


def trial_figure(trial: Trial, finding: str) -> go.Figure:
    """Orders a person, foretold and come, by how often people had bought again before."""
    colours, groups = own_palette(None), trial.groups
    labels = [_repeats(int(k)) for k in groups["repeats"]]
    where = [{"repeats": int(k)} for k in groups["repeats"]]
    told = [number(value, digits=2) for value in groups["expected"]]
    came = [
        f"{number(row['came'], digits=2)} ({number(row['low'], digits=2)}–"
        f"{number(row['high'], digits=2)}), n = {number(row['people'], exact=True)}"
        for row in groups.to_dict("records")
    ]
    drawn = figure(
        go.Scatter(
            x=labels, y=groups["expected"], mode="markers", name=_("Foretold"), text=told,
            customdata=where,
            marker={"symbol": "line-ew-open", "size": 26, "color": colours.muted,
                    "line": {"width": 3}},
            hovertemplate="%{text}<extra></extra>",
        ),
        go.Scatter(
            x=labels, y=groups["came"], mode="markers", name=_("Came"), text=came,
            customdata=where,
            marker={"color": colours.series, "size": 9},
            error_y={
                "type": "data", "symmetric": False, "thickness": 1.25, "color": colours.series,
                "array": groups["high"] - groups["came"],
                "arrayminus": groups["came"] - groups["low"],
            },
            hovertemplate="%{text}<extra></extra>",
        ),
        title=finding, colours=colours, height=280,
    )  # fmt: skip
    drawn.update_layout(
        yaxis=value_axis([0.0, *groups["high"], *groups["expected"]], "times"),
        xaxis={"type": "category"}, legend={"y": -0.3},
    )  # fmt: skip
    drawn.update_xaxes(title_text=_("Orders after the first, before the test"))
    drawn.update_yaxes(title_text=_("Orders a person"))
    return drawn


def method_words(outlook: Outlook) -> str:
    """What is estimated, by which model, how the other did, and what is not told."""
    window, learnt = outlook.window, outlook.learnt
    if window is None or learnt is None:
        return ""
    parts = [
        _(
            "An estimate: learnt from {n} payers of the whole institution, {again} of whom bought"
            " again; formal orders, less the {lost} paid back. Tested on the last {weeks} weeks,"
            " told for as many; nothing is said beyond twice the history.",
            n=number(learnt.people, exact=True),
            again=number(learnt.repeaters, exact=True),
            lost=f"{(1 - window.kept) * 100:.1f}%",
            weeks=window.weeks,
        )
    ]
    parts += [
        _(
            "Taking it that {model}: {ratio} times as many came as foretold ({low}–{high}).",
            model=_(MODELS[trial.name]), ratio=f"{trial.ratio:.2f}", low=f"{trial.low:.2f}",
            high=f"{trial.high:.2f}",
        )
        for trial in outlook.trials
    ]  # fmt: skip
    if not is_missing(learnt.correlation):
        parts.append(
            _(
                "The yuan of an order are by Gamma–Gamma, which takes them to be unrelated to how"
                " often people buy: the correlation is {r}.",
                r=f"{learnt.correlation:.2f}",
            )
        )
    return sentences(*parts)


def _everybody(outlook: Outlook, reading: Reading) -> pd.DataFrame:
    found = outlook.remaining(reading.filters, scope=reading.scope, everybody=True)
    return found.top if found is not None else pd.DataFrame()


def _table(reading: Reading, rows: pd.DataFrame) -> None:
    people = tuple(sorted(set(rows["person_id"])))
    known = query.fetch(names_of, None, scope=reading.scope, people=people)
    names = dict(zip(known["person_id"], known["name"], strict=True))
    shown = pd.DataFrame(
        {
            "open": person_links(rows["person_id"]),
            "name": [names.get(person) for person in rows["person_id"]],
            "worth": rows["worth_cny"],
            "expected": rows["expected"],
            "order": rows["order_cny"],
            "orders": rows["orders"],
            "last": pd.to_datetime(rows["last_on"]).dt.date,
        }
    )
    column = st.column_config
    st.dataframe(
        shown,
        hide_index=True,
        height=lines_height(len(shown), 10),
        placeholder="—",
        column_config={
            "open": person_column(),
            "name": column.TextColumn(_("Name")),
            "worth": whole_column(_("Expected yuan")),
            "expected": column.NumberColumn(_("Expected orders"), format="%.2f"),
            "order": whole_column(_("Yuan an order")),
            "orders": column.NumberColumn(_("Orders so far")),
            "last": column.DateColumn(_("Last order"), format="YYYY-MM-DD"),
        },
        alt=_("{n} rows, one a line", n=number(len(shown), exact=True)),
    )
