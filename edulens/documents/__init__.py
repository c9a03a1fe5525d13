"""Pages of docs/ whose parts are written from the code, so that they cannot differ from it."""
