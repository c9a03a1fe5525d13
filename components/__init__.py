"""Everything drawn or asked."""
