"""The sample's way after the lead: purchases, lessons, attendance, talks and voices."""
