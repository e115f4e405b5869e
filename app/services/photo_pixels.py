"""A photo's pixels from its file, as they were when it was indexed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ImageError
from app.imaging.decode import DecodeLimits
from app.imaging.files import read_file
from app.services.ingest.decoding import decode_for_faces
from app.storage.database import Database
from app.storage.repositories import paths


def pixels_of(database: Database, photo_pk: int) -> NDArray[np.uint8]:
    """uint8 (H, W, 3) from the first of the photo's places that holds it still.

    Raises ImageError: the file is missing, cannot be read, or is another picture by now.
    """
    problem = ImageError("File is missing", "The library knows no place where this photo lies.")
    with database.read() as connection:
        places = paths.places(connection, photo_pk)
        sha256 = paths.sha256_of(connection, photo_pk)
    for place in places:
        path = Path(os.fsdecode(place.path))
        try:
            data = read_file(path, DecodeLimits().max_file_bytes)
            if hashlib.sha256(data).digest() == sha256:
                return decode_for_faces(data).pixels
            problem = ImageError("File has changed", f"{path} is another picture by now: index it anew.")
        except ImageError as error:
            problem = ImageError(error.reason, f"It was last seen at {path}.")
    raise problem
