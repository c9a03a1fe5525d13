"""What people do in the application, kept as data with who and when."""
