"""Data sources: has everything arrived, what was refused, and how does more come in?"""

from components.kit.choices.filters import current_filters
from components.kit.page import question, show
from components.screens.sources.page import PAGE

question(PAGE)
show(PAGE, PAGE.read(current_filters()))
