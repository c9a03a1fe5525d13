"""The dictionary: what does each number mean, and from what is it made?"""

from components.kit.choices.filters import current_filters
from components.kit.page import question, show
from components.screens.dictionary.page import PAGE

question(PAGE)
show(PAGE, PAGE.read(current_filters()))
