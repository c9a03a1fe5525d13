"""What every metric stands on: registry, units, roll-up, questions, clock, intervals."""
