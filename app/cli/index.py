"""`likeness index`: photographs and folders into a collection, with a progress bar."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import EXIT_ERROR, EXIT_INTERRUPTED, Session, session_of, spoken
from app.cli.pictures import named_path
from app.cli.progress import follow
from app.cli.quality import QualityOption
from app.domain.errors import InvalidParameter, ResourceNotFound
from app.domain.records import Collection
from app.jobs import JobState, JobView
from app.services.ingest import QualityFilter
from app.services.naming import counted
from app.services.workbench import Workbench


def register(app: typer.Typer) -> None:
    @app.command()
    def index(
        context: typer.Context,
        collection: Annotated[
            str,
            typer.Argument(metavar="COLLECTION", help="The collection's id; made when it is not there."),
        ],
        paths: Annotated[
            list[Path],
            typer.Argument(
                metavar="PATH", parser=named_path, help="Photographs, and folders to look through."
            ),
        ],
        quality: QualityOption = QualityFilter.AUTO,
        as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    ) -> None:
        """Find the faces in photographs and keep them in a collection.

        A photo that is there already is not indexed again. Interrupted (Ctrl+C), what is done stays and
        the same command goes on. Exit status 1 when a file could not be indexed.
        """
        session = session_of(context)
        with spoken(session):
            _require_any(paths)
            with session.workbench(make=True) as bench:
                final = _index(session, bench, collection, paths, quality, as_json)
        if final.state is JobState.CANCELLED:
            raise typer.Exit(EXIT_INTERRUPTED)
        if final.failed or final.state is not JobState.DONE:
            raise typer.Exit(EXIT_ERROR)


def _index(
    session: Session,
    bench: Workbench,
    collection: str,
    paths: list[Path],
    quality: QualityFilter,
    as_json: bool,
) -> JobView:
    target = _collection(bench, collection)
    job = bench.ingest.index_paths(target.id, paths, quality=quality)
    final = follow(session, bench, job, "Indexing", quiet=as_json)
    failures = bench.ingest.failures(final.id)
    after = bench.collections.by_pk(target.id)
    if as_json:
        session.print_json(
            {
                "CollectionId": after.collection_id,
                "State": final.state.value,
                "Message": final.message,
                "Photos": final.done - final.failed,
                "PhotoCount": after.photo_count,
                "FaceCount": after.face_count,
                "Failures": [{"Path": str(path), "Reason": reason} for path, reason in failures],
            }
        )
        return final
    for path, reason in failures:
        session.complain(f"{path}: {reason}")
    has = f"{after.collection_id} now has {counted(after.photo_count, 'photo')}"
    message = final.message.rstrip(".")
    sentence = f"{message}. {has}, {counted(after.face_count, 'face')}."
    if final.state is JobState.DONE:
        session.say(sentence)
    else:
        session.complain(sentence)
    return final


def _require_any(paths: list[Path]) -> None:
    """A name that is mistyped leaves no empty collection behind. Raises InvalidParameter."""
    if any(os.path.lexists(path) for path in paths):
        return
    if len(paths) == 1:
        raise InvalidParameter(f"{paths[0]}: There is no such file or folder.")
    raise InvalidParameter(f"None of the {len(paths):,} files and folders is there; the first is {paths[0]}.")


def _collection(bench: Workbench, collection_id: str) -> Collection:
    try:
        return bench.collections.get(collection_id)
    except ResourceNotFound:
        return bench.collections.create(collection_id)
