"""Plans as two screens edit them: what is saved, who changed it, and what can be wrong."""
