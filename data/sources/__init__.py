"""Files from elsewhere: read, told to our tables, previewed and taken in."""
