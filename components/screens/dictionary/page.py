"""The dictionary: what does each number mean, and from what is it made?"""

from __future__ import annotations

import streamlit as st

from components.kit.page import Page, Part
from components.kit.reading import Plain
from components.screens.dictionary.table import catalogue_of_metrics, definition_of, picked_metric
from components.words.i18n import _
from data.scope import Filters
from metrics import load_all


def _read(filters: Filters) -> Plain:
    load_all()  # it lists every metric, not those alone that a page has imported so far
    return Plain.of(filters, None)


def _catalogue(_dictionary: Plain) -> None:
    st.caption(_("One place fixes what every number means; screens, exports and commands use it."))
    name = catalogue_of_metrics(picked_metric())
    if name:
        definition_of(name)


PAGE = Page(script="admin/dictionary", read=_read, parts=(Part(name="catalogue", draw=_catalogue),))
