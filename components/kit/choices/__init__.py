"""What the viewer picked, kept in the address: campuses, days, comparison, channel, activity."""
