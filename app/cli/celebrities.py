"""`likeness celebrities ...`: who of the loaded packs is in a picture, and the packs themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import EXIT_ERROR, EXIT_INTERRUPTED, JSON_HELP, Session, session_of, spoken
from app.cli.pictures import named_path, with_picture
from app.domain.celebrities import CelebrityResult
from app.domain.errors import LikenessError
from app.jobs import JobState, JobView
from app.services.celebrities import PackPlan, WhichFaces, shapes
from app.services.naming import counted
from app.services.workbench import Workbench

app = typer.Typer(no_args_is_help=True)
packs = typer.Typer(no_args_is_help=True)
app.add_typer(packs, name="packs", help="Load, make, export and remove celebrity packs.")

_JSON = typer.Option("--json", help=JSON_HELP)
_PACK = typer.Argument(metavar="PACK", help="The pack's id; `packs list` prints it.")
_LOOK_S = 0.2


@app.command()
def recognize(
    context: typer.Context,
    image: Annotated[
        Path, typer.Argument(metavar="PICTURE", parser=named_path, help='The picture; "-" is stdin.')
    ],
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="Least similarity; else 80, and more for many people."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print Rekognition's response as JSON.")] = False,
) -> None:
    """Look for the celebrities of the enabled packs in a picture.

    Prints confidence, id, name and links of each; the faces of nobody known are counted.
    """
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        _measure_all(session, bench)
        result = with_picture(image, lambda it: bench.celebrities.recognize(it, threshold, describe=as_json))
        if as_json:
            session.print_json(shapes.recognized(result))
            return
        _print(session, result, any(pack.enabled for pack in bench.celebrities.packs()))


@app.command()
def info(
    context: typer.Context,
    celebrity: Annotated[str, typer.Argument(metavar="ID", help="The celebrity's id.")],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Name, links and known gender of a celebrity of the loaded packs."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        found = bench.celebrities.info(celebrity)
        if as_json:
            session.print_json(shapes.celebrity(found))
            return
        session.say(f"{found.name}  {found.known_gender.value}")
        for url in found.urls:
            session.say(url)


@packs.command("list")
def show(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List the loaded packs, and those removed in the last 30 days."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        loaded, removed = bench.celebrities.packs(), bench.celebrities.removed()
        if as_json:
            session.print_json(shapes.packs(loaded, removed))
            return
        for pack in loaded:
            state = "" if pack.enabled else "  disabled"
            who = f"{pack.recognisable:,} of {counted(pack.people, 'person', 'people')}"
            session.say(f"{pack.id}  {pack.name} {pack.version}  {who}  {pack.licence}{state}")
            for problem in pack.problems:
                session.say(f"    {problem}")
        for gone in removed:
            session.say(f"{gone.token}  {gone.name} {gone.version}  removed")
        if not loaded:
            session.say("No celebrity pack is loaded.")


@packs.command()
def load(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PACK", parser=named_path, help="A folder or a zip.")],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Load a pack into the library. One of the same id is replaced and can be put back."""
    session = session_of(context)
    with spoken(session), session.workbench(make=True) as bench:
        _finish(session, bench, bench.celebrities.load(path), as_json)


@packs.command()
def remove(
    context: typer.Context, pack: Annotated[str, _PACK], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Remove a pack; for 30 days it can be put back."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        token = bench.celebrities.remove(pack)
        sentence = f"{pack} is removed. `likeness celebrities packs restore {token}` puts it back."
        _done(session, sentence, as_json, Token=token)


@packs.command()
def restore(
    context: typer.Context,
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="As `packs list` prints it.")],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Put a removed pack back."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        pack = bench.celebrities.restore(token)
        _done(session, f"{pack.name} is back.", as_json, Id=pack.id)


@packs.command()
def enable(
    context: typer.Context, pack: Annotated[str, _PACK], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Look for the people of this pack again."""
    _switch(context, pack, True, as_json)


@packs.command()
def disable(
    context: typer.Context, pack: Annotated[str, _PACK], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Keep a pack, but do not look for its people."""
    _switch(context, pack, False, as_json)


@packs.command()
def make(
    context: typer.Context,
    collection: Annotated[str, typer.Argument(metavar="COLLECTION", help="The collection's id.")],
    path: Annotated[
        Path,
        typer.Argument(metavar="FILE", parser=named_path, help="A new zip, or a new folder."),
    ],
    name: Annotated[str, typer.Option(help="The pack's name.")],
    licence: Annotated[str, typer.Option(help="Under which licence it may be used.")],
    consent: Annotated[str, typer.Option(help="Why these people may be in it: that they agreed.")],
    version: Annotated[str, typer.Option(help="The pack's version.")] = "1",
    attribution: Annotated[str, typer.Option(help="Whom to name as its maker.")] = "",
    faces: Annotated[
        WhichFaces, typer.Option(help="Each person's cover alone, or all faces with the name.")
    ] = WhichFaces.ALL,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Put crops of the faces in: other models can use it then.")
    ] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Make a pack of the people of a collection."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        plan = PackPlan(name, licence, consent, version, attribution, faces, pictures)
        pk = bench.collections.get(collection).id
        _finish(session, bench, bench.celebrities.make_from_collection(pk, path, plan), as_json)


@packs.command()
def export(
    context: typer.Context,
    pack: Annotated[str, _PACK],
    path: Annotated[Path, typer.Argument(metavar="ZIP", parser=named_path, help="A new zip.")],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Write a loaded pack as a zip."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        _finish(session, bench, bench.celebrities.export(pack, path), as_json)


def _switch(context: typer.Context, pack: str, enabled: bool, as_json: bool) -> None:
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.celebrities.set_enabled(pack, enabled)
        _done(
            session, f"{pack} is {'enabled' if enabled else 'disabled'}.", as_json, Id=pack, Enabled=enabled
        )


def _print(session: Session, result: CelebrityResult, any_pack: bool) -> None:
    for each in result.faces:
        links = "".join(f"  {url}" for url in each.celebrity.urls)
        session.say(f"{each.match_confidence:5.1f}  {each.celebrity.id}  {each.celebrity.name}{links}")
    if not any_pack:
        session.say("No celebrity pack is enabled: `likeness celebrities packs load` takes one in.")
    session.say(f"{counted(len(result.unrecognized), 'face')} of nobody in the packs.")


def _measure_all(session: Session, bench: Workbench) -> None:
    """After the model was changed, packs are measured before they are asked."""
    for pack in bench.celebrities.packs():
        if pack.enabled and not pack.measured and pack.people:
            try:
                _ended(bench, bench.celebrities.measure(pack.id))
            except LikenessError as error:
                session.complain(error)


def _finish(session: Session, bench: Workbench, view: JobView, as_json: bool) -> None:
    _done(session, _ended(bench, view).message, as_json)


def _done(session: Session, sentence: str, as_json: bool, **facts: object) -> None:
    """Rekognition has no packs: the JSON is of our own making."""
    if as_json:
        session.print_json({"Message": sentence, **facts})
    else:
        session.say(sentence)


def _ended(bench: Workbench, view: JobView) -> JobView:
    """Wait for it; Ctrl+C cancels it. Raises LikenessError where it failed."""
    try:
        while not view.state.ended:
            view = bench.jobs.wait(view.id, _LOOK_S) or view
    except KeyboardInterrupt:
        bench.jobs.cancel(view.id)
        bench.jobs.wait(view.id)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if view.state is not JobState.DONE:
        raise LikenessError(view.message) if view.message else typer.Exit(EXIT_ERROR)
    return view
