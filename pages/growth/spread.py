"""Spread: who spreads the word, how far does it carry, and whom to ask next?"""

from components.kit.choices.activity_choice import EVER, activity_choice
from components.kit.page import question, show
from components.screens.spread.page import PAGE
from components.screens.spread.reading import SpreadReading, latest_shared

question(PAGE)
show(PAGE, SpreadReading.of(EVER, activity_choice(latest_shared())))
