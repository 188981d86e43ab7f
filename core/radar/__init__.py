"""The radar: watches the market, tells of signals, and grades what it told."""
