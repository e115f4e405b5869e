"""The Models page: the face models, the user's own, and which collection follows which."""

from app.ui.models.page import ModelsPage

__all__ = ["ModelsPage"]
