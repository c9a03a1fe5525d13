"""Learning service: attendance, completion, who is slipping away, and does calling help."""
