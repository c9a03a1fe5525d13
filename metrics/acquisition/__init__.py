"""Acquisition: what channels cost, bring and earn, and which of them can be told apart."""
