"""The commands: one a file, each found by its being here."""
