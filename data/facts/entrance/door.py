"""The only door to rows: every fact comes already cut to the viewer's scope."""

from __future__ import annotations

from functools import cached_property

import ibis.expr.types as ir

from data.facts.entrance.viewed import ViewedFacts


class Facts(ViewedFacts):
    """The facts a viewer may read, as unbound Ibis tables; see `ViewedFacts`."""

    # One property a fact, so that a metric which names a fact that does not exist
    # fails the type check.

    @cached_property
    def lead(self) -> ir.Table:
        """One row per lead."""
        return self._visible("lead")

    @cached_property
    def touch(self) -> ir.Table:
        """One row per contact of a person with a channel."""
        return self._visible("touch")

    @cached_property
    def visit(self) -> ir.Table:
        """One row per session."""
        return self._visible("visit")

    @cached_property
    def event(self) -> ir.Table:
        """One row per behaviour event."""
        return self._visible("event")

    @cached_property
    def activity_event(self) -> ir.Table:
        """One row per event on an activity by a person who can be told apart."""
        return self._visible("activity_event")

    @cached_property
    def share_edge(self) -> ir.Table:
        """One row per sharer and first arrival in an activity."""
        return self._visible("share_edge")

    @cached_property
    def followup(self) -> ir.Table:
        """One row per contact by staff."""
        return self._visible("followup")

    @cached_property
    def order_line(self) -> ir.Table:
        """One row per paid or refunded order line."""
        return self._visible("order_line")

    @cached_property
    def enrolment(self) -> ir.Table:
        """One row per student, course and term."""
        return self._visible("enrolment")

    @cached_property
    def due(self) -> ir.Table:
        """One row per formal enrolment that falls due."""
        return self._visible("due")

    @cached_property
    def seat(self) -> ir.Table:
        """One row per student and lesson."""
        return self._visible("seat")

    @cached_property
    def assessment(self) -> ir.Table:
        """One row per student and assessment."""
        return self._visible("assessment")

    @cached_property
    def feedback(self) -> ir.Table:
        """One row per rating or complaint."""
        return self._visible("feedback")

    @cached_property
    def reward(self) -> ir.Table:
        """One row per reward granted for a referral."""
        return self._visible("reward")

    @cached_property
    def referral(self) -> ir.Table:
        """One row per lead with an introducer."""
        return self._visible("referral")

    @cached_property
    def spend(self) -> ir.Table:
        """One row per channel, campaign, material, campus and day."""
        return self._visible("spend")

    @cached_property
    def target(self) -> ir.Table:
        """One row per month, campus and planned metric."""
        return self._visible("target")

    @cached_property
    def activity_plan(self) -> ir.Table:
        """One row per activity, phase and share channel: planned visits and leads."""
        return self._visible("activity_plan")

    @cached_property
    def plan_edit(self) -> ir.Table:
        """One row per planned figure that somebody changed in the app."""
        return self._visible("plan_edit")

    @cached_property
    def person(self) -> ir.Table:
        """One row per person and campus that knows them."""
        return self._visible("person")

    @cached_property
    def identifier(self) -> ir.Table:
        """One row per identifier of a person."""
        return self._visible("identifier")

    @cached_property
    def conflict(self) -> ir.Table:
        """One row per pair of identifiers that were not joined."""
        return self._visible("conflict")

    @cached_property
    def channel(self) -> ir.Table:
        """The channel tree."""
        return self._names("channel")

    @cached_property
    def campus(self) -> ir.Table:
        """Campuses in scope."""
        return self._names("campus")

    @cached_property
    def staff(self) -> ir.Table:
        """Staff of the campuses in scope."""
        return self._names("staff")

    @cached_property
    def course(self) -> ir.Table:
        """Courses."""
        return self._names("course")

    @cached_property
    def course_class(self) -> ir.Table:
        """Classes of the campuses in scope, with how many seats they have."""
        return self._names("course_class")

    @cached_property
    def activity(self) -> ir.Table:
        """Activities of the campuses in scope."""
        return self._names("activity")

    @cached_property
    def experiment(self) -> ir.Table:
        """What is tried on people, playbooks among it."""
        return self._names("experiment")

    @cached_property
    def freshness(self) -> ir.Table:
        """When each source last spoke."""
        return self._names("freshness")
