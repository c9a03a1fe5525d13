"""Access: who may see what, and who looked?"""

from components.kit.choices.filters import current_filters
from components.kit.page import question, show
from components.screens.access.page import PAGE

question(PAGE)
show(PAGE, PAGE.read(current_filters()))
