"""Queries: functions of a Connection, a module per noun. Writing goes through a unit of work."""
