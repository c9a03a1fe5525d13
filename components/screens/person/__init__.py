"""The person screen: one family’s state, timeline, identity, household and what comes next."""
