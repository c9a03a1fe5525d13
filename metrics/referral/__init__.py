"""Referral: who brings others, what became of those invited, and what it costs."""
