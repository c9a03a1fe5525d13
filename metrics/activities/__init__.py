"""Activities: traffic, people, plan and health of a campaign, and why it missed its plan."""
