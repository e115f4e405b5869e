"""The Settings page: what was chosen for this computer, and the care of the open library."""

from app.ui.settings.page import SettingsPage

__all__ = ["SettingsPage"]
