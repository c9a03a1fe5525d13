"""How rows get in, are kept and are served."""
