"""The radar's signals: windows of facts in, signals out; no clock, no I/O."""
