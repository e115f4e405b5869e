"""A person's page: who it is, what may be added, and every confirmed face."""

from app.ui.person.page import PersonPage

__all__ = ["PersonPage"]
