"""The access screen: accounts, their rights, live sessions and the audit log."""
