"""Leads: how many come, how they are worked, which are likely to buy and who should have them."""
