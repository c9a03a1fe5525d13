"""Renewal: what falls due, what became of it, who will go on, what is still prepaid."""
