"""People: one person's state, timeline, contribution and place among others."""
