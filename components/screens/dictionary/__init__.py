"""The dictionary screen: what each number means, exactly."""
