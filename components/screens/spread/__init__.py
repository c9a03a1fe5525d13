"""The spread screen: who brings whom, how far it carries, and whom to ask next."""
