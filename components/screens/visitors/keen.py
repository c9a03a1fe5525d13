"""The keen without a phone: a picture of score and distance, and the list to work on."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import figure, show, value_axis
from components.kit.rows.columns import named
from components.kit.rows.drill import download_buttons, open_rows, person_column, person_links
from components.kit.states import nothing_to_show
from components.runtime.theme import palette
from components.screens.visitors.reading import VisitorReading
from components.words.formats import MISSING, moment, number
from components.words.i18n import N_, _, ngettext
from metrics.visitors.interest import Chain
from metrics.visitors.visits import keen_without_phone

_PARTS = {
    "visits_points": N_("visits"),
    "dwell_minutes_points": N_("dwell"),
    "pages_points": N_("depth"),
}
PAGE = 20
_PICTURED = 12


def first_keen(reading: VisitorReading) -> object:
    """The picture and the list, where anybody is keen."""
    return None if reading.keen.empty else (_picture(reading), _frame(reading))


def keen_people_section(reading: VisitorReading) -> None:
    """Draw the picture and the list."""
    if reading.keen.empty:
        nothing_to_show(
            _("Nobody without a phone came often or stayed long in these days."),
            _("Widen the dates, or look at everyone who came below."),
        )
        return
    finding, picture = _picture(reading)
    clicked = show(picture, key="visitors_keen_picture", alt=finding, clickable=True)
    if clicked:
        open_rows(
            keen_without_phone, reading.filters, where={"person_id": clicked},
            activities=reading.activities,
        )  # fmt: skip
    keen_list(reading)


@query.remembered
def _picture(reading: VisitorReading) -> tuple[str, go.Figure]:
    """The keenest by score, each bar in its parts, with what there is to say of each."""
    colours = palette()
    ranked = reading.keen.sort_values(["score", "person_id"], ascending=[False, True])
    shown = ranked.head(_PICTURED).iloc[::-1]
    labels = [
        _("{n} visits · {minutes} min", n=int(v), minutes=round(float(s) / 60))
        for v, s in zip(shown["visits"], shown["dwell_seconds"], strict=True)
    ]
    traces = [
        go.Bar(
            x=shown[part].round(1), y=list(range(len(shown))), orientation="h", name=_(words),
            customdata=list(shown["person_id"]), marker={"color": colours.categorical[i]},
            hovertext=[
                f"{label}<br>{_(words)}: <b>{number(points)}</b><br>{_('Score')} {number(score)}"
                for label, points, score in zip(labels, shown[part], shown["score"], strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
        for i, (part, words) in enumerate(_PARTS.items())
    ]  # fmt: skip
    top = ranked.iloc[0]
    finding = _(
        "Keenest without a phone: score {score} of 100, {n} visits, {minutes} minutes",
        score=number(round(float(top["score"]))),
        n=int(top["visits"]),
        minutes=round(float(top["dwell_seconds"]) / 60),
    )
    drawn = figure(
        *traces, title=finding, colours=colours, barmode="stack", height=24 * len(shown) + 110,
        bargap=0.3,
    )  # fmt: skip
    drawn.update_layout(
        xaxis={**value_axis([0, 100], "people"), "range": [0, 100], "showgrid": True},
        yaxis={"tickvals": list(range(len(shown))), "ticktext": labels, "showgrid": False},
        legend={"traceorder": "normal"},
    )
    return finding, drawn


def keen_list(reading: VisitorReading) -> None:
    """The list, what is worth most first: who, why, by whom to ask, and what to say."""
    frame = _frame(reading)
    total = int(reading.keen["total"].iloc[0])
    st.markdown(f"##### {_('No phone yet: whom to ask')}")
    shown = len(frame)
    said = _(
        "{n} of {total} people, the most valuable first.", n=number(shown), total=number(total)
    )
    pages = -(-shown // PAGE)
    slot = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(said)
        page = st.pagination(pages, key="visitors_keen_page") if pages > 1 else 1
    with slot:
        st.dataframe(
            frame.iloc[(page - 1) * PAGE : page * PAGE].drop(columns=["person_id"]),
            hide_index=True,
            column_config=_columns(),
            placeholder=MISSING,
            height="content",
            alt=_("People without a phone, with whom to ask for them."),
        )
    download_buttons(lambda: frame.drop(columns="open"), subject="keen_without_phone", key="keen")


@query.remembered
def _frame(reading: VisitorReading) -> pd.DataFrame:
    rows = named(reading.keen, reading.scope)
    chains = [reading.chains.get(person) for person in rows["person_id"]]
    return pd.DataFrame(
        {
            "open": person_links(rows["person_id"]),
            "person_id": rows["person_id"],
            "score": rows["score"].round(0),
            "visits": rows["visits"],
            "minutes": (rows["dwell_seconds"] / 60).round(0),
            "ask": [_asked(reading, chain) for chain in chains],
            "distance": rows["distance"],
            "expected": rows["expected_cny"].round(1),
            "words": [_words(reading, chain) for chain in chains],
            "last": [moment(at) for at in rows["last_at"]],
            "chance": rows["rate"] * 100,
            "campus": rows["campus"],
            "why": [_why(row) for row in rows.to_dict("records")],
        }
    )


def _asked(reading: VisitorReading, chain: Chain | None) -> str:
    """Whom to ask, with the phone as the viewer may see it, masked."""
    if chain is None:
        return _("came by no share")
    if not chain.reached:
        return _("nobody upstream has a phone")
    name, phone = reading.sharers.get(chain.people[-1], ("", ""))
    return " ".join(part for part in (name or _("No name yet"), _masked(phone)) if part)


def _masked(phone: str) -> str:
    """A number as people dial it, its middle hidden: a list is no place for whole numbers."""
    phone = phone.removeprefix("+86")
    return f"{phone[:-8]}****{phone[-4:]}" if len(phone) >= 11 and "*" not in phone else phone


def _words(reading: VisitorReading, chain: Chain | None) -> str | None:
    if chain is None or not chain.reached:
        return None
    activity = reading.activity_names.get(chain.activity_id, chain.activity_id)
    if chain.distance == 1:
        return _(
            "“A friend you sent “{activity}” to keeps coming back: may we add each other?”",
            activity=activity,
        )
    return ngettext(
        "Ask who they sent “{activity}” to; the visitor came {n} step on.",
        "Ask who they sent “{activity}” to; the visitor came {n} steps on.",
        chain.distance - 1,
        activity=activity,
    )


def _why(row: dict) -> str:
    parts = [f"{_(words)} {number(round(float(row[part])))}" for part, words in _PARTS.items()]
    return " + ".join(parts)


def _columns() -> dict:
    column = st.column_config
    return {
        "open": person_column(),
        "score": column.ProgressColumn(
            _("Score"), min_value=0, max_value=100, format="%d", help=_(
                "0 to 100: visits 40, dwell 40, depth 20; each visit counts half every 14 days."
            ), width=110,
        ),
        "visits": column.NumberColumn(_("Visits"), width=70),
        "minutes": column.NumberColumn(_("Minutes"), width=80),
        "last": column.TextColumn(_("Last seen"), width=130),
        "ask": column.TextColumn(_("Ask"), width=180),
        "distance": column.NumberColumn(
            _("Steps"), width=70,
            help=_("Sharers up to the first with a phone; 1 is the direct one."),
        ),
        "words": column.TextColumn(_("What to say"), width=320),
        "chance": column.NumberColumn(
            _("Chance"), format="%.2f%%", width=80,
            help=_("Share of people of this score who left a lead within 30 days, shrunk."),
        ),
        "expected": column.NumberColumn(
            _("Expected, yuan"), format="localized", width=120,
            help=_("Chance × net revenue of a lead in its first 90 days."),
        ),
        "campus": column.TextColumn(_("Campus"), width=100),
        "why": column.TextColumn(_("Score from"), width=220),
    }  # fmt: skip
