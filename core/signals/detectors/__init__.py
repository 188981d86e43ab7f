"""One detector a module, each with its thresholds and why."""
