"""The Search page: one face of a picture against all faces and people of a collection."""

from app.ui.search.page import SearchPage

__all__ = ["SearchPage"]
