"""The live board, one file a question."""
