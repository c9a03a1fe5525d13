"""The sources screen: files in, what became of them, how fresh each source is."""
