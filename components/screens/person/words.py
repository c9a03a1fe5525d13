"""What kinds, stages, results and next steps of a person's life are called and look like."""

from __future__ import annotations

from dataclasses import dataclass

from components.words.i18n import N_


@dataclass(frozen=True)
class Look:
    """An icon, one of the theme's colours, and a word."""

    icon: str
    colour: str
    word: str


# fmt: off
KINDS: dict[str, Look] = {
    "touch": Look(":material/ads_click:", "gray", N_("Ad or code")),
    "visit": Look(":material/language:", "gray", N_("Web visit")),
    "share": Look(":material/share:", "violet", N_("Share")),
    "arrival": Look(":material/hub:", "violet", N_("Spread")),
    "lead": Look(":material/contact_page:", "orange", N_("Enquiry")),
    "followup": Look(":material/call:", "orange", N_("Follow-up")),
    "trial": Look(":material/school:", "yellow", N_("Trial class")),
    "order": Look(":material/payments:", "green", N_("Payment")),
    "refund": Look(":material/undo:", "red", N_("Refund")),
    "transfer": Look(":material/swap_horiz:", "gray", N_("Transfer")),
    "enrolment": Look(":material/how_to_reg:", "green", N_("Enrolment")),
    "lesson": Look(":material/menu_book:", "blue", N_("Lessons")),
    "assessment": Look(":material/assignment_turned_in:", "blue", N_("Homework and tests")),
    "feedback": Look(":material/reviews:", "orange", N_("Feedback")),
    "reward": Look(":material/redeem:", "violet", N_("Reward")),
    "referral": Look(":material/group_add:", "violet", N_("Referral")),
}
METHODS: dict[str, Look] = {
    "call": Look(":material/call:", "orange", N_("Phone call")),
    "wecom": Look(":material/chat:", "orange", N_("WeCom")),
    "visit": Look(":material/storefront:", "orange", N_("Visit on site")),
    "sms": Look(":material/sms:", "orange", N_("Text message")),
}
STAGES: dict[str, Look] = {
    "visitor": Look(":material/travel_explore:", "gray", N_("Visitor")),
    "lead": Look(":material/contact_page:", "orange", N_("Lead")),
    "trial": Look(":material/school:", "yellow", N_("Trial")),
    "payer": Look(":material/verified:", "green", N_("Paying")),
}
# Pills over the timeline: a word and the kinds it stands for.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "contact": (N_("Contacts"), ("lead", "followup")),
    "money": (N_("Money"), ("order", "refund", "transfer")),
    "learning": (N_("Learning"), ("enrolment", "lesson", "assessment")),
    "trial": (N_("Trial classes"), ("trial",)),
    "marketing": (N_("Ads and visits"), ("touch", "visit")),
    "sharing": (N_("Sharing and referral"), ("share", "arrival", "referral", "reward")),
    "voice": (N_("Feedback and complaints"), ("feedback",)),
}
RESULTS: dict[str, tuple[str, str]] = {
    "no_answer": ("gray", N_("not reached")),
    "talked": ("blue", N_("talked")),
    "invited": ("blue", N_("invited")),
    "visited": ("green", N_("came by")),
    "trial_booked": ("green", N_("trial booked")),
    "refused": ("red", N_("refused")),
    "promised": ("green", N_("promised")),
}
LEAD_STATUSES: dict[str, tuple[str, str]] = {
    "new": ("orange", N_("new enquiry")),
    "contacted": ("blue", N_("contacted")),
    "invited": ("blue", N_("invited")),
    "trial": ("yellow", N_("tried a class")),
    "paid": ("green", N_("became a payer")),
    "lost": ("gray", N_("lost")),
    "recycled": ("gray", N_("back in the pool")),
}
ATTENDANCE: dict[str, tuple[str, str]] = {
    "present": ("green", N_("attended")),
    "late": ("green", N_("attended late")),
    "leave": ("gray", N_("on leave")),
    "absent": ("red", N_("missed")),
    "unmarked": ("gray", N_("roll not called")),
}
STATES: dict[str, tuple[str, str]] = {
    "active": ("green", N_("studying")),
    "completed": ("gray", N_("completed")),
    "stopped": ("red", N_("stopped")),
    "refunded": ("red", N_("refunded")),
    "transferred": ("gray", N_("moved away")),
    "trial": ("yellow", N_("trial")),
}
SHARED_TO = {
    "moments": N_("Moments"),
    "friend": N_("a friend"),
    "group": N_("a WeChat group"),
    "official_account": N_("an official account"),
    "poster": N_("a poster"),
    "offline": N_("people on site"),
}
NEXT_STEPS = {
    "recall": N_("Call today: three lessons missed running"),
    "first_contact": N_("Call about the new enquiry"),
    "call_again": N_("Call again, nobody answered"),
    "invite_trial": N_("Invite to a trial class"),
    "confirm_visit": N_("Confirm the visit"),
    "ask_decision": N_("Ask for the decision after the visit"),
    "confirm_trial": N_("Confirm the trial class"),
    "revive": N_("Leave alone, then try once more"),
    "renewal_talk": N_("Talk about renewal"),
    "keep_warm": N_("Learning goes on; keep in touch"),
    "win_back": N_("No running enrolment: win back"),
    "get_phone": N_("No phone number yet: ask for it"),
    "call": N_("Call the family"),
}
# Steps of the contact clock that have passed.
SLA_STEPS: tuple[tuple[str, str], ...] = (
    ("blue", N_("in time")),
    ("orange", N_("day 3 passed: owner reminded")),
    ("orange", N_("day 5 passed: head of campus")),
    ("red", N_("day 7 passed: give to another")),
)
SLA_AHEAD = (
    N_("reminder {when}"), N_("goes to the head {when}"), N_("goes to another {when}"),
)
IDENTIFIERS: dict[str, Look] = {
    "phone": Look(":material/call:", "green", N_("Phone number")),
    "unionid": Look(":material/chat:", "green", N_("WeChat (unionid)")),
    "openid": Look(":material/chat:", "green", N_("WeChat (openid)")),
    "external_userid": Look(":material/chat:", "green", N_("WeCom contact")),
    "login_id": Look(":material/login:", "green", N_("Sign-in account")),
    "crm_id": Look(":material/badge:", "green", N_("CRM number")),
    "student": Look(":material/school:", "green", N_("Student number")),
    "lead": Look(":material/contact_page:", "green", N_("Lead number")),
    "order": Look(":material/payments:", "green", N_("Order number")),
    "device": Look(":material/smartphone:", "gray", N_("Device")),
    "name": Look(":material/person:", "gray", N_("Name")),
}
SOURCES = {
    "leads": N_("lead {row}"),
    "events": N_("visit record {row}"),
    "guardians": N_("parent of student {row}"),
    "students": N_("student file {row}"),
    "orders": N_("order {row}"),
    "decision": N_("decided by hand {row}"),
}
REASONS = {
    "call_back": N_("Calling the family back"),
    "appointment": N_("Agreeing on a visit or lesson"),
    "payment": N_("Payment or refund"),
    "complaint": N_("Handling a complaint"),
    "correction": N_("Checking or correcting the number"),
}
# fmt: on
