"""What numbers mean: pure functions over facts."""
