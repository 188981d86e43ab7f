"""Carrying words: the front ends, the wiring, the life of the process."""
