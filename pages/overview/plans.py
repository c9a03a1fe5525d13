"""Plans: what is each month to bring, by campus, and who decided it?"""

from components.kit.choices.filters import current_filters
from components.kit.page import question, show
from components.screens.plans.page import PAGE

question(PAGE)
show(PAGE, PAGE.read(current_filters()))
