"""The demo library: public-domain portraits, most of them already named."""

from __future__ import annotations

import shutil
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from app.bootstrap.resources import resources_dir
from app.domain.errors import ResourceAlreadyExists
from app.domain.geometry import BoundingBox
from app.services.faces import FaceView
from app.services.photos import PhotoFilter, PhotoSort
from app.services.workbench import Workbench


@dataclass(frozen=True)
class _Named:
    name: str
    x: float
    y: float


def fill(bench: Workbench) -> int:
    """Index the demo's pictures into the collection of its manifest and name who is known.

    Takes a second or two: call it off the window's thread. A library that has the collection is left
    as it is. Returns the collection's row.
    """
    folder = resources_dir() / "demo"
    manifest = tomllib.loads((folder / "demo.toml").read_text("utf-8"))
    try:
        collection = bench.collections.create(manifest["collection"], manifest["display_name"])
    except ResourceAlreadyExists:
        return bench.collections.get(manifest["collection"]).id
    # Copied, so that the photos can be opened, moved and deleted like a person's own.
    own = bench.library.folder / "Demo photos"
    own.mkdir(exist_ok=True)
    files = [Path(shutil.copy2(folder / photo["file"], own)) for photo in manifest["photo"]]
    job = bench.ingest.index_paths(collection.id, files)
    bench.ingest.run_to_end(job.id)
    known = {
        photo["file"]: [_Named(face["name"], *face["at"]) for face in photo.get("face", [])]
        for photo in manifest["photo"]
    }
    _name(bench, collection.id, known)
    return collection.id


def _name(bench: Workbench, collection_pk: int, known: dict[str, list[_Named]]) -> None:
    faces: defaultdict[str, list[int]] = defaultdict(list)
    listing = bench.photos.listing(collection_pk, PhotoFilter(), PhotoSort.ADDED)
    for photo_pk in listing.ids.tolist():
        detail = bench.photos.detail(collection_pk, photo_pk)
        for named in known.get(detail.paths[0].path.name, []):
            found = _face_at(detail.faces, named)
            if found is not None:
                faces[named.name].append(found)
    for name, pks in faces.items():
        bench.users.name_faces(collection_pk, pks, name)


def _face_at(faces: list[FaceView] | tuple[FaceView, ...], named: _Named) -> int | None:
    """The smallest face whose box holds the point."""
    holding = [view.face for view in faces if _holds(view.face.detected.box, named)]
    return min(holding, key=lambda face: face.detected.box.area).id if holding else None


def _holds(box: BoundingBox, named: _Named) -> bool:
    return box.left <= named.x <= box.right and box.top <= named.y <= box.bottom
