"""The visitors screen: who came, who is keen, and by whom those without a phone are reached."""
