"""The dictionary: what does each number mean, and from what is it made?"""

import streamlit as st

from components.screens.dictionary.table import catalogue_of_metrics, definition_of, picked_metric
from components.words.i18n import _

st.subheader(_("What does each number mean, exactly?"))
st.caption(_("One place fixes what every number means; screens, exports and commands use it."))

name = catalogue_of_metrics(picked_metric())
if name:
    definition_of(name)
