"""The sample's way to a lead: channels, spend, activities, visits, shares, leads, contacts."""
