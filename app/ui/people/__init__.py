"""The People page: everyone of a collection as cards."""

from app.ui.people.page import PeoplePage

__all__ = ["PeoplePage"]
