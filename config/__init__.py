"""What the operator chose: settings, flags, logs."""
