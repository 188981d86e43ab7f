"""The shared vocabulary: frozen, slotted values without any input or output."""
