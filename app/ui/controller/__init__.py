"""Between the window and the services: tasks off the window's thread, and what pages know of the window."""

from app.ui.controller.host import Page, PageHost
from app.ui.controller.tasks import Priority, Task, TaskRunner

__all__ = ["Page", "PageHost", "Priority", "Task", "TaskRunner"]
