"""Activities: which ones work, and what does the running one need?"""

from components.kit.choices.filters import current_filters
from components.kit.page import question, show
from components.screens.activities.page import INDEX, LIFE, PAGE
from components.screens.activities.reading import Reading, opened_activity

opened = opened_activity()
question(PAGE)
show(PAGE, Reading.of(current_filters(), opened), view=LIFE if opened else INDEX)
