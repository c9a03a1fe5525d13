"""A person: who is this family, what happened so far, what comes next?"""

from components.frame.pages import PERSON
from components.kit.choices.activity_choice import EVER
from components.kit.page import question, show
from components.kit.states import nothing_to_show
from components.screens.person.search import opened_person, results, search_box
from components.screens.person.view import PersonReading
from components.words.i18n import _

person_id = opened_person()
if not person_id:
    question(PERSON)

sought = search_box()
if person_id:
    person = PersonReading.of(EVER, person_id)
    if person.states:
        show(PERSON, person)
    else:  # outside the scope and nowhere look alike
        nothing_to_show(
            _("Not found in what you may see."),
            _("Search again, or ask whoever sent you the link."),
        )
elif sought:
    results(sought)
else:
    nothing_to_show(
        _("Nobody is open yet."),
        _("Type a name, pinyin, the last four digits or a whole number above."),
    )
