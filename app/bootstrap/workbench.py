"""Builds the services over one library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

from app.bootstrap.resources import resources_dir
from app.domain.records import Origin
from app.inference.describer import FaceDescriber, OnnxFaceDescriber
from app.inference.engine import FaceEngine, OnnxFaceEngine
from app.inference.labels.describer import OnnxPhotoDescriber, PhotoDescriber
from app.inference.manifest import find_models_dir
from app.inference.separation import LabelledFaces
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
from app.services.metrics import AlarmService, Keeper, Ledger, Meter, MetricService
from app.services.models import ModelService
from app.services.models.known_faces import known_faces
from app.services.photos import PhotoService
from app.services.search import SearchService
from app.services.turns import InferenceTurns
from app.services.users import UserService
from app.services.vector_store import VectorStore
from app.services.workbench import Workbench
from app.settings import paths
from app.settings.settings import Settings
from app.storage.library import open_library

Describers: TypeAlias = tuple[FaceDescriber, PhotoDescriber]


def make_engine(settings: Settings) -> FaceEngine:
    """One thread a call: the photos run beside each other, which uses the cores better."""
    return OnnxFaceEngine(
        find_models_dir(), provider=settings.provider, threads=1, own_models=paths.own_models()
    )


def make_describers(settings: Settings) -> Describers:
    """As make_engine. Their models open when the first face or photo is described."""
    folder = find_models_dir()
    return (
        OnnxFaceDescriber(folder, settings.provider, threads=1),
        OnnxPhotoDescriber(folder, settings.provider, threads=1),
    )


def open_workbench(
    folder: Path,
    origin: Origin,
    settings: Settings,
    engine: FaceEngine | None = None,
    describers: Describers | None = None,
) -> Workbench:
    """Open the library in `folder` with all that can be done in it. Raises LibraryError."""
    library = open_library(folder)
    engine = engine or make_engine(settings)
    of_faces, of_photos = describers or make_describers(settings)
    database, events = library.database, EventHub()
    ledger = Ledger(database)
    alarms = AlarmService(database, ledger)
    keeper = Keeper(ledger, alarms)
    meter = Meter(ledger.record, origin)
    jobs = JobQueue(settings.workers or os.cpu_count() or 1)
    store = VectorStore(library, engine)
    search = SearchService(store, engine, library, events, origin, meter)
    match = search.similarities_to_user
    ingest = IngestService(library, engine, jobs, events, origin, meter)

    def known() -> LabelledFaces:
        return known_faces(engine, resources_dir() / "demo")

    models = ModelService(library, engine, jobs, events, origin, known)
    bench = Workbench(
        library=library,
        engine=engine,
        events=events,
        jobs=jobs,
        collections=CollectionService(database, events, origin, engine.contract, meter),
        photos=PhotoService(database, library.thumbnails, events, origin, match),
        faces=FaceService(database, library.thumbnails, engine, events, origin, match, meter),
        users=UserService(database, events, origin, match, meter),
        history=HistoryService(database, events, origin),
        ingest=ingest,
        face_edits=FaceEditService(library, engine, events, origin),
        detect=DetectService(engine, meter),
        describe=DescribeService(library, engine, of_faces, of_photos, jobs, events, meter),
        search=search,
        compare=CompareService(engine, meter),
        celebrities=CelebrityService(library, engine, jobs, of_faces, meter),
        models=models,
        buckets=BucketService(database),
        turns=InferenceTurns(jobs),
        meter=meter,
        metrics=MetricService(ledger),
        alarms=alarms,
        closers=(ingest.close, models.close, store.close, keeper.close),
    )
    keeper.start()
    return bench
