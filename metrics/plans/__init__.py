"""Plans: what a month is to bring, how far it has come and how today runs."""
