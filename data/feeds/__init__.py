"""Long-lived streams from outside: one connection a vendor, events bounded in number, losses counted."""
