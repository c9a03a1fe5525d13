"""The command line: one entry above all layers, like app.py. `python -m edulens --help`."""
