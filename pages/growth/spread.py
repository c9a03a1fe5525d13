"""Spread: who spreads the word, how far does it carry, and whom to ask next?"""

import streamlit as st

from components.kit.choices.activity_choice import activity_choice
from components.kit.panels import panels
from components.kit.states import nothing_to_show
from components.screens.spread.answer import spread_answer, spread_cards
from components.screens.spread.panels import PANELS
from components.screens.spread.reading import SpreadReading, latest_shared
from components.screens.spread.todo import spread_todo
from components.screens.spread.tree import node_rows, spread_tree
from components.words.i18n import _
from metrics import load_all
from metrics.spread.shares import share_arrivals

load_all()

st.subheader(_("Who spreads the word, how far does it carry, and whom to ask next?"))
activity = activity_choice(latest_shared())
reading = SpreadReading.of(activity)

if not reading.figure(share_arrivals)["n"]:
    nothing_to_show(_("Nobody came by a share."), _("Choose another activity."))
    st.stop()

spread_answer(reading)
spread_cards(reading)
spread_tree(activity)
node_rows(reading)
spread_todo(reading)
panels(reading, PANELS, key="spread")
