"""Calls: what a message in a chat recommends."""
