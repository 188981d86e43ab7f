"""The scan: what is known of a token weighed by pure rules into a verdict."""
