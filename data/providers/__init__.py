"""The market APIs: one file each, a manifest with pure parsers."""
