"""The world in each vendor's own words: pure functions from world to JSON, one module each."""
