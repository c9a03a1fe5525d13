"""Pictures: pure functions from a tidy frame to a Plotly figure, one file a kind."""
