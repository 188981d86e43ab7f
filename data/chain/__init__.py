"""The chain: what it says and, later on, what we write to it."""
