"""The learning service screen: is it attended, who is slipping, whom to call."""
