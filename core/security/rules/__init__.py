"""One file a rule, or a family of rules on one subject."""
