"""The activity centre: which activities work, and what the running one needs."""
