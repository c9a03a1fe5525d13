"""Renewal and referral: who will go on, who adds a subject, and who brings others?"""

import streamlit as st

from components.kit.choices.address import KeptChoice
from components.kit.choices.filters import current_filters
from components.kit.states import nothing_to_show
from components.screens.renewal.expansion import expansion_view
from components.screens.renewal.reading import Reading
from components.screens.renewal.referral.view import referral_view
from components.screens.renewal.view import VIEWS, renewal_view
from components.words.i18n import _
from metrics import load_all

load_all()
filters = current_filters()

st.subheader(_("Who will go on, and who brings others?"))
reading = Reading.of(filters)
if {"due", "order_line", "followup"} & reading.hidden_facts:
    nothing_to_show(
        _("Your role sees no orders, so renewals cannot be judged here."),
        _("Ask a manager of your institution to change your role."),
    )
    st.stop()
part = KeptChoice("view", VIEWS, default="renewal")
part.field()
view = part.ask(st.segmented_control, _("Part"), required=True, label_visibility="collapsed")
{"renewal": renewal_view, "expansion": expansion_view, "referral": referral_view}[view](reading)
