"""Typed settings over defaults, and where files lie on each platform."""
