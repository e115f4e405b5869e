"""The Faces page: every face of a collection, in groups of the same person."""

from app.ui.faces.page import FacesPage

__all__ = ["FacesPage"]
