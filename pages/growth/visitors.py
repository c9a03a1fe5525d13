"""Visitors: who came, who is keen, and by whom are those without a phone reached?"""

from components.kit.choices.activity_choice import activity_choice
from components.kit.choices.filters import current_filters
from components.kit.page import question, show
from components.screens.visitors.page import PAGE
from components.screens.visitors.reading import VisitorReading

question(PAGE)
show(PAGE, VisitorReading.of(current_filters(), activity_choice()))
