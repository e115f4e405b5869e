"""The window: theme, widgets, shell, pages. The only package that imports PySide6."""

from app.ui.singletons import guard

guard()
