"""`likeness detect` and `likeness compare`: pictures looked at, nothing stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import EXIT_ERROR, Session, session_of, spoken
from app.domain.errors import LikenessError
from app.services import shapes

_JSON = typer.Option("--json", help="Print Rekognition's response as JSON.")


def register(app: typer.Typer) -> None:
    @app.command()
    def detect(
        context: typer.Context,
        images: Annotated[list[Path], typer.Argument(help="Pictures to look at.")],
        as_json: Annotated[bool, _JSON] = False,
    ) -> None:
        """Find the faces in pictures: boxes, landmarks, confidence, pose and quality."""
        session = session_of(context)
        failed = False
        results = []
        with spoken(session), session.workbench() as bench:
            for image in images:
                try:
                    found = bench.detect.detect(image)
                except LikenessError as error:
                    session.complain(f"{image}: {error}")
                    failed = True
                    continue
                details = [shapes.face_detail(face) for face in found.faces]
                if as_json:
                    results.append({"Path": str(image), "FaceDetails": details})
                else:
                    _print_faces(session, image, found.width, found.height, details)
        if as_json:
            session.print_json(results[0] if len(images) == 1 and results else results)
        if failed:
            raise typer.Exit(EXIT_ERROR)

    @app.command()
    def compare(
        context: typer.Context,
        source: Annotated[Path, typer.Argument(help="Its largest face is compared.")],
        target: Annotated[Path, typer.Argument(help="All faces of this picture are compared with it.")],
        threshold: Annotated[float, typer.Option(min=0, max=100, help="Similarity of a match.")] = 80.0,
        as_json: Annotated[bool, _JSON] = False,
    ) -> None:
        """Compare the largest face of one picture with every face of another."""
        session = session_of(context)
        with spoken(session), session.workbench() as bench:
            result = bench.compare.compare(source, target)
            if as_json:
                session.print_json(shapes.comparison(result, threshold))
                return
            for match in result.matches:
                verdict = "match" if match.similarity >= threshold else "no match"
                session.say(f"{match.similarity:5.1f}  {verdict:8}  face {match.index + 1} of {target}")
            if not result.matches:
                session.say(f"There is no face in {target}.")


def _print_faces(session: Session, image: Path, width: int, height: int, details: list[shapes.Json]) -> None:
    count = len(details)
    session.say(f"{image}: {count} {'face' if count == 1 else 'faces'}")
    for number, detail in enumerate(details, 1):
        box = detail["BoundingBox"]
        left, top = round(box["Left"] * width), round(box["Top"] * height)
        size = f"{round(box['Width'] * width)}x{round(box['Height'] * height)}"
        session.say(f"  {number:3}  {size} at {left},{top}  confidence {detail['Confidence']:.1f}")
