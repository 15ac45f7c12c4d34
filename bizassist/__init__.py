"""The command line, the settings and the local stack; the one place that wires the others."""
