"""The History page: every act, in words, and taking any of them back."""

from app.ui.history.page import HistoryPage

__all__ = ["HistoryPage"]
