"""Compiled passes over a person's rows in order."""
