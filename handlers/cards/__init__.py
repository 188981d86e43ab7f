"""Facts become replies: pure, one card a file."""
