"""Plans that are edited in the app."""
