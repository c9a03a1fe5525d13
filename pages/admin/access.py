"""Access: who may see what, and who looked?"""

from components.kit.page import question, show
from components.screens.access.page import PAGE, Access

question(PAGE)
show(PAGE, Access.of())
