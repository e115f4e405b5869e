"""The only place that wires the program together."""
