"""Long work without Qt: jobs, lanes with two priorities, cancelling, progress."""

from app.jobs.cancel import CancelToken
from app.jobs.lanes import Lane, Priority
from app.jobs.queue import Job, JobContext, JobQueue
from app.jobs.views import JobState, JobView

__all__ = ["CancelToken", "Job", "JobContext", "JobQueue", "JobState", "JobView", "Lane", "Priority"]
