"""All that can be done with one open library, in one place to pass on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.inference.engine import FaceEngine
from app.jobs import JobQueue
from app.services.buckets import BucketService
from app.services.celebrities import CelebrityService
from app.services.collections import CollectionService
from app.services.compare import CompareService
from app.services.describing import DescribeService
from app.services.detect import DetectService
from app.services.events import EventHub
from app.services.face_edits import FaceEditService
from app.services.faces import FaceService
from app.services.history import HistoryService
from app.services.ingest import IngestService
from app.services.metrics import AlarmService, Meter, MetricService
from app.services.models import ModelService
from app.services.photos import PhotoService
from app.services.search import SearchService
from app.services.turns import InferenceTurns
from app.services.users import UserService
from app.storage.library import Library


@dataclass(frozen=True)
class Workbench:
    """Made by bootstrap, taken apart by the window's pages and the commands: nobody looks it up."""

    library: Library
    engine: FaceEngine
    events: EventHub
    jobs: JobQueue
    collections: CollectionService
    photos: PhotoService
    faces: FaceService
    users: UserService
    history: HistoryService
    ingest: IngestService
    face_edits: FaceEditService
    detect: DetectService
    describe: DescribeService
    search: SearchService
    compare: CompareService
    celebrities: CelebrityService
    models: ModelService
    buckets: BucketService
    turns: InferenceTurns
    meter: Meter
    metrics: MetricService
    alarms: AlarmService
    closers: tuple[Callable[[], None], ...] = field(default=(), repr=False)

    def close(self) -> None:
        """Stop the jobs (they can be resumed), then close the library."""
        self.jobs.close()
        for close in self.closers:
            close()
        self.library.close()
