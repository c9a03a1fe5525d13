"""Spread: who shares, whom that brings, how far it carries and who brings most."""
