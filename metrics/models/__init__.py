"""Statistical models over frames: no store, no clock."""
