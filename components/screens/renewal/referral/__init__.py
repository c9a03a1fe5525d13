"""Referral on the renewal screen: who brings others, whom they bring, and what cannot be honest."""
