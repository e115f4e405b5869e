"""`likeness detect` and `likeness compare`: pictures looked at, nothing stored, no library needed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import EXIT_ERROR, Session, Viewer, session_of, spoken
from app.cli.pictures import named_path, with_picture
from app.cli.quality import QualityOption
from app.domain.attributes import Trait
from app.domain.errors import LikenessError, NoFace
from app.services import shapes
from app.services.image_faces import ImageFaces
from app.services.ingest import QualityFilter
from app.services.naming import counted

_WORDS = {
    Trait.SMILE: "smile",
    Trait.EYEGLASSES: "eyeglasses",
    Trait.SUNGLASSES: "sunglasses",
    Trait.BEARD: "beard",
    Trait.MUSTACHE: "mustache",
    Trait.EYES_OPEN: "eyes open",
    Trait.MOUTH_OPEN: "mouth open",
    Trait.FACE_OCCLUDED: "covered",
}

_JSON = typer.Option("--json", help="Print Rekognition's response as JSON.")


def register(app: typer.Typer) -> None:
    @app.command()
    def detect(
        context: typer.Context,
        images: Annotated[
            list[Path],
            typer.Argument(metavar="PICTURE", parser=named_path, help='Pictures to look at; "-" is stdin.'),
        ],
        attributes: Annotated[
            bool,
            typer.Option("--attributes", help="All that can be told: age, emotions, glasses and more."),
        ] = False,
        as_json: Annotated[bool, _JSON] = False,
    ) -> None:
        """Find the faces in pictures: boxes, landmarks, confidence, pose and quality.

        Attributes are estimates of appearance, each with how sure it is.
        Exit status 1 when a picture could not be read; the others are told of all the same. With --json
        one picture gives an object, several give a list of them, in order.
        """
        session = session_of(context)
        failed = False
        answers: list[shapes.Json] = []
        with spoken(session), session.viewer() as viewer:
            look = partial(_details, viewer, attributes)
            for image in images:
                try:
                    with viewer.meter.operation("DetectFaces"):
                        width, height, details, lies = with_picture(image, look)
                        viewer.meter.detected(faces=len(details))
                except LikenessError as error:
                    session.complain(error)
                    answers.append({"Path": str(image), "Error": shapes.error(error)})
                    failed = True
                    continue
                answer: shapes.Json = {"Path": str(image), "FaceDetails": details}
                if lies is not None:
                    answer["OrientationCorrection"] = lies
                answers.append(answer)
                if not as_json:
                    _print_faces(session, image, width, height, details)
            if as_json:
                session.print_json(answers[0] if len(images) == 1 else answers)
        if failed:
            raise typer.Exit(EXIT_ERROR)

    @app.command()
    def compare(
        context: typer.Context,
        source: Annotated[
            Path, typer.Argument(metavar="SOURCE", parser=named_path, help="Its largest face is compared.")
        ],
        target: Annotated[
            Path,
            typer.Argument(
                metavar="TARGET", parser=named_path, help="All its faces are compared with that one."
            ),
        ],
        threshold: Annotated[float, typer.Option(min=0, max=100, help="Similarity of a match.")] = 80.0,
        quality: QualityOption = QualityFilter.NONE,
        as_json: Annotated[bool, _JSON] = False,
    ) -> None:
        """Compare the largest face of one picture with every face of another. One may be "-": stdin."""
        session = session_of(context)
        with spoken(session), session.viewer() as viewer:
            with viewer.meter.operation("CompareFaces"):
                one, other = (_faces_of(viewer, path) for path in (source, target))
                result = viewer.compare.compare(one, other, quality=quality)
            if as_json:
                session.print_json(shapes.comparison(result, threshold))
                return
            for match in result.matches:
                verdict = "match" if match.similarity >= threshold else "no match"
                session.say(f"{match.similarity:5.1f}  {verdict:8}  face {match.index + 1} of {target}")


def _details(
    viewer: Viewer, attributes: bool, source: bytes | Path
) -> tuple[int, int, list[shapes.Json], str | None]:
    """(width, height, FaceDetails, OrientationCorrection)."""
    if not attributes:
        found = viewer.detect.detect(source)
        details = [shapes.face_detail(face) for face in found.faces]
        return found.width, found.height, details, shapes.orientation(found.turned)
    seen = viewer.analyser.analyse(source)
    details = [shapes.face_detail(face.face, face.attributes) for face in seen.faces]
    return seen.width, seen.height, details, shapes.orientation(seen.turned)


def _faces_of(viewer: Viewer, path: Path) -> ImageFaces:
    seen = with_picture(path, viewer.compare.look_at)
    if not seen.faces:
        raise NoFace(f"{path}: There is no face in it. Choose a picture that shows one.")
    return seen


def _print_faces(session: Session, image: Path, width: int, height: int, details: list[shapes.Json]) -> None:
    session.say(f"{image}: {counted(len(details), 'face')}")
    for number, detail in enumerate(details, 1):
        box = detail["BoundingBox"]
        left, top = round(box["Left"] * width), round(box["Top"] * height)
        size = f"{round(box['Width'] * width)}x{round(box['Height'] * height)}"
        session.say(f"  {number:3}  {size} at {left},{top}  confidence {detail['Confidence']:.1f}")
        if "AgeRange" in detail:
            session.say(f"       {_looks(detail)}")


def _looks(detail: shapes.Json) -> str:
    """The attributes in a line: "looks 30 to 41, man 98 %, calm 87 %; eyeglasses 96 %, smile 91 %"."""
    age, gender = detail["AgeRange"], detail["Gender"]
    words = [
        f"looks {age['Low']} to {age['High']}",
        f"{'woman' if gender['Value'] == 'Female' else 'man'} {gender['Confidence']:.0f} %",
    ]
    if detail["Emotions"]:
        surest = detail["Emotions"][0]
        words.append(f"{surest['Type'].lower()} {surest['Confidence']:.0f} %")
    has = [
        f"{_WORDS[trait]} {detail[trait.value]['Confidence']:.0f} %"
        for trait in Trait
        if trait.value in detail and detail[trait.value]["Value"]
    ]
    return ", ".join(words) + (f"; {', '.join(has)}" if has else "")
