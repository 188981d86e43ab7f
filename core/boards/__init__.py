"""Boards: many tokens side by side, from what sources list and from what is stored."""
