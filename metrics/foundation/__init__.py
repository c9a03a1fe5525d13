"""What every metric stands on: the registry, units and their roll-up, questions, clock, intervals."""
