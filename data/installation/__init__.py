"""An installation: its home on disk, the process that holds it open, and its upkeep."""
