"""What is pushed: who is told, when, how loudly, and that it is told once."""
