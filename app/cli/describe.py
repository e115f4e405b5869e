"""`likeness describe`, `likeness labels`, `likeness moderate`: what faces look like and photos show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import EXIT_ERROR, EXIT_INTERRUPTED, JSON_HELP, Session, session_of, spoken
from app.cli.pictures import named_path, with_picture
from app.cli.progress import follow
from app.domain.attributes import PhotoDescription
from app.domain.errors import LikenessError
from app.jobs import JobState
from app.services import shapes
from app.services.naming import counted

_PICTURES = typer.Argument(metavar="PICTURE", parser=named_path, help='Pictures to look at; "-" is stdin.')
_JSON = typer.Option("--json", help="Print Rekognition's response as JSON.")
_LEAST = typer.Option(min=0, max=100, help="Leave out what is less sure.")


def register(app: typer.Typer) -> None:
    @app.command()
    def labels(
        context: typer.Context,
        images: Annotated[list[Path], _PICTURES],
        min_confidence: Annotated[float, _LEAST] = 55.0,
        as_json: Annotated[bool, _JSON] = False,
    ) -> None:
        """Say what pictures show: things with their boxes, scenes, dominant colours."""
        _look(
            context,
            images,
            "DetectLabels",
            lambda found: shapes.detect_labels(found, min_confidence),
            min_confidence,
            as_json,
        )

    @app.command()
    def moderate(
        context: typer.Context,
        images: Annotated[list[Path], _PICTURES],
        min_confidence: Annotated[float, _LEAST] = 50.0,
        as_json: Annotated[bool, _JSON] = False,
    ) -> None:
        """Find explicit and suggestive pictures."""
        _look(
            context,
            images,
            "DetectModerationLabels",
            lambda found: shapes.moderation(found, min_confidence),
            min_confidence,
            as_json,
        )

    @app.command()
    def describe(
        context: typer.Context,
        collection: Annotated[str, typer.Argument(metavar="COLLECTION", help="The collection's id.")],
        as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
    ) -> None:
        """Work out attributes and labels of everything in a collection, to filter by.

        The window does it by itself in the background. Interrupted (Ctrl+C), what is done stays.
        """
        session = session_of(context)
        with spoken(session), session.workbench() as bench:
            pk = bench.collections.get(collection).id
            job = bench.describe.start(pk)
            final = follow(session, bench, job, "Describing", quiet=as_json) if job else None
            left = bench.describe.waiting(pk)
            done = 0 if final is None else final.done - final.failed
            failed = 0 if final is None else final.failed
            if as_json:
                answer = {"CollectionId": collection, "Photos": done, "Failed": failed, "FacesLeft": left}
                session.print_json(answer)
            else:
                session.say(f"{counted(done, 'photo')} described, {counted(left, 'face')} left.")
            if failed:
                session.complain(f"{counted(failed, 'photo')} could not be read; the log says why.")
        if final is not None and final.state is JobState.CANCELLED:
            raise typer.Exit(EXIT_INTERRUPTED)
        if final is not None and (failed or final.state is not JobState.DONE):
            raise typer.Exit(EXIT_ERROR)


def _look(
    context: typer.Context,
    images: list[Path],
    operation: str,
    shaped: Callable[[PhotoDescription], shapes.Json],
    least: float,
    as_json: bool,
) -> None:
    """Exit status 1 when a picture could not be read; the others are told of all the same."""
    session = session_of(context)
    failed = False
    answers: list[shapes.Json] = []
    with spoken(session), session.viewer() as viewer:
        for image in images:
            try:
                with viewer.meter.operation(operation) as running:
                    look = partial(
                        viewer.analyser.describe, label_confidence=least, moderation_confidence=least
                    )
                    answer = shaped(with_picture(image, look))
                    running.labels = len(answer.get("Labels", ()))
            except LikenessError as error:
                session.complain(error)
                answers.append({"Path": str(image), "Error": shapes.error(error)})
                failed = True
                continue
            answers.append({"Path": str(image), **answer})
            if not as_json:
                _print(session, image, answer)
        if as_json:
            session.print_json(answers[0] if len(images) == 1 else answers)
    if failed:
        raise typer.Exit(EXIT_ERROR)


def _print(session: Session, image: Path, answer: shapes.Json) -> None:
    entries = answer["Labels" if "Labels" in answer else "ModerationLabels"]
    session.say(f"{image}: {counted(len(entries), 'label')}")
    for entry in entries:
        above = entry.get("ParentName") or " > ".join(parent["Name"] for parent in entry.get("Parents", []))
        count = f"  {len(entry['Instances'])} in the picture" if entry.get("Instances") else ""
        session.say(f"  {entry['Confidence']:5.1f}  {entry['Name']}{f' ({above})' if above else ''}{count}")
