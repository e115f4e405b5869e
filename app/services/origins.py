"""The same open library, for acts that come from elsewhere."""

from __future__ import annotations

from dataclasses import replace

from app.domain.records import Origin
from app.services.collections import CollectionService
from app.services.face_edits import FaceEditService
from app.services.faces import FaceService
from app.services.history import HistoryService
from app.services.photos import PhotoService
from app.services.users import UserService
from app.services.workbench import Workbench


def with_origin(bench: Workbench, origin: Origin) -> Workbench:
    """Services whose changes are noted as `origin`'s, over the library, engine, jobs, events, vectors and
    meter of `bench`: nothing is opened twice, and who listens to one hears of the other's changes. Shared as
    they are: saved searches, models and packs, which nothing but the window and the command line changes.

    Close `bench`, not this one, after everything that uses this one has ended.
    """
    library, events, engine, meter = bench.library, bench.events, bench.engine, bench.meter
    database, match = library.database, bench.search.similarities_to_user
    return replace(
        bench,
        collections=CollectionService(database, events, origin, engine.contract, meter),
        photos=PhotoService(database, library.thumbnails, events, origin, match),
        faces=FaceService(database, library.thumbnails, engine, events, origin, match, meter),
        users=UserService(database, events, origin, match, meter),
        history=HistoryService(database, events, origin),
        ingest=bench.ingest.with_origin(origin),
        face_edits=FaceEditService(library, engine, events, origin),
        closers=(),
    )
