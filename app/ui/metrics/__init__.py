"""The Metrics page: what operations took, over time, and alarms on it."""
