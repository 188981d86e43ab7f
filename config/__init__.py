"""What the operator chose: settings, flags, logs."""

__version__ = "0.1.0"
