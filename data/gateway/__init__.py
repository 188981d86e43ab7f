"""The gateway: every request to a vendor passes it."""
