"""The Photos page: the grid of a collection's photos."""

from app.ui.photos.page import PhotosPage

__all__ = ["PhotosPage"]
