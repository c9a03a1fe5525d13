"""Renewal: what falls due, what became of it, who will go on and what families still have prepaid."""
