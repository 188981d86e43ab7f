"""How pushed facts look: one card a kind of notice, found by looking into this package."""
