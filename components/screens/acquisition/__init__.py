"""The acquisition screen's parts, one file a question."""
