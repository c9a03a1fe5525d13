"""Visitors: who came to look, how keen they are and what reaching them is worth."""
