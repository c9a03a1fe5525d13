"""Learning service: attendance, completion, who is slipping away and what calling them back does."""
