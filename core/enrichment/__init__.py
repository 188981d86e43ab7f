"""From what vendors say to what we say: plan, collect, observe, resolve."""
