"""The door to rows: what a viewer may read, cut to the scope and to what was picked."""
