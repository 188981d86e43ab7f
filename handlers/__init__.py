"""What the user may ask, and what the answer looks like, on any front end."""
