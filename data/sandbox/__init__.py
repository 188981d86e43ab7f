"""The practice market: a seeded, simulated world served over loopback in the vendors' own wire formats."""
