"""A chat in the terminal: interactive, piped, or as JSON for scripts."""
