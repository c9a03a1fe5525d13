"""The frame around every page: navigation, filter bar, search, account; and preparation."""
