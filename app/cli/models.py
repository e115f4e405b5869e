"""`likeness models ...`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.context import EXIT_ERROR, EXIT_INTERRUPTED, JSON_HELP, Session, session_of, spoken
from app.cli.pictures import named_path
from app.cli.progress import follow
from app.jobs import JobState
from app.services.models import FaceModel, Finding, Following
from app.services.models.probing import probe_here

app = typer.Typer(no_args_is_help=False, invoke_without_command=True)

_MODEL = typer.Argument(metavar="MODEL", help="The model's id, as the list has it.")
_FILE = typer.Argument(metavar="FILE", parser=named_path, help="An ONNX file.")
_COLLECTION = typer.Argument(metavar="COLLECTION", help="The collection's id.")
_JSON = typer.Option("--json", help=JSON_HELP)
_ANYWAY = typer.Option("--anyway", help="Also where it does not keep people apart.")


@app.callback(invoke_without_command=True)
def default(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List, add, check, calibrate and remove face models; let a collection follow one. Without a
    command: list them."""
    if context.invoked_subcommand is None:
        show(context, as_json)
    elif as_json:
        raise typer.BadParameter(f"Write --json after {context.invoked_subcommand}.")


@app.command("list")
def show(context: typer.Context, as_json: Annotated[bool, _JSON] = False) -> None:
    """List the models that measure faces, and what each collection follows."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        found, following = bench.models.all(), bench.models.following()
        if bench.models.problem:
            session.complain(bench.models.problem)
        if as_json:
            session.print_json(
                {
                    "Models": [_model_json(each) for each in found],
                    "Collections": [
                        {
                            "CollectionId": each.collection_id,
                            "Model": each.model_id,
                            "Installed": each.installed,
                            "FaceCount": each.faces,
                            "FacesWithoutVector": each.lacking,
                            "OldVectors": [{"Model": model, "Count": count} for model, _, count in each.kept],
                        }
                        for each in following
                    ],
                    "Unfinished": [
                        {"Title": each.title, "Running": each.running, "Done": each.done, "Total": each.total}
                        for each in bench.models.switches.unfinished()
                    ],
                }
            )
            return
        for model in found:
            marks = [word for word, so in (("default", model.default), ("yours", model.own)) if so]
            mark = f"  ({', '.join(marks)})" if marks else ""
            session.say(f"{model.id}{mark}  {model.contract.dimension} numbers  licence {model.licence}")
        for each in following:
            session.say(f"{each.collection_id} follows {each.model_id}{_remarks(each)}")
        for switch in bench.models.switches.unfinished():
            state = "is under way" if switch.running else "was stopped"
            session.say(f"{switch.title} {state}: {switch.done:,} of {switch.total:,} faces")


@app.command()
def check(
    context: typer.Context, file: Annotated[Path, _FILE], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Try a model file on the demo's faces and say what was found. Nothing is kept. Exit status 1 where it
    does not keep people apart."""
    session = session_of(context)
    with spoken(session), session.workbench(make=True) as bench:
        found = bench.models.check(file)
        _say_finding(session, found, as_json)
    if not found.usable:
        raise typer.Exit(EXIT_ERROR)


@app.command()
def add(
    context: typer.Context,
    file: Annotated[Path, _FILE],
    name: Annotated[str | None, typer.Option(help="What to call it; the file's name without it.")] = None,
    licence: Annotated[str, typer.Option(help="Its licence, as you know it.")] = "",
    anyway: Annotated[bool, _ANYWAY] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Check a model file and copy it into your own models."""
    session = session_of(context)
    with spoken(session), session.workbench(make=True) as bench:
        found = bench.models.check(file)
        if not as_json:
            _say_finding(session, found, as_json)
        model = bench.models.add(file, name, licence, anyway=anyway, found=found)
        if as_json:
            session.print_json(_model_json(model))
        else:
            session.say(f"{model.id} is added. {model.calibration}")
            session.say(f"Let a collection follow it: likeness models use COLLECTION {model.id}")


@app.command()
def calibrate(
    context: typer.Context, model: Annotated[str, _MODEL], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Fit the similarities of a model of yours to the people that are named in the library."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        found = bench.models.calibrate(model)
        if as_json:
            session.print_json(
                {
                    "Model": model,
                    "Sureness": found.sureness.value,
                    "People": found.people,
                    "StrangerPairs": found.fit.pairs,
                    "SamePairs": found.same,
                    "SameReaching80": found.reached,
                    "Cosines": found.fit.scale.cosines,
                    "Similarities": found.fit.scale.similarities,
                    "Sentence": found.sentence,
                }
            )
        else:
            session.say(found.sentence)


@app.command()
def remove(
    context: typer.Context, model: Annotated[str, _MODEL], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Remove a model of yours with the copy of its file, where no collection of the library follows it."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        bench.models.remove(model)
        if as_json:
            session.print_json({"Removed": model})
        else:
            session.say(f"{model} is removed.")


@app.command()
def use(
    context: typer.Context,
    collection: Annotated[str, _COLLECTION],
    model: Annotated[str, _MODEL],
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also where the photos of many faces cannot be read.")
    ] = False,
    delete_old: Annotated[
        bool, typer.Option("--delete-old", help="Delete the old vectors at the end: undo is slow then.")
    ] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Let a collection follow another model: every face is measured again from its photo.

    Names, people and history stay, and searches work on the old vectors until all are measured.
    Interrupted (Ctrl+C, a crash), the same command goes on. It can be undone in the window, under History.
    """
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        pk = bench.collections.get(collection).id
        job = bench.models.use(pk, model, anyway=anyway)
        final = follow(session, bench, job, "Measuring", quiet=as_json)
        failures = bench.ingest.failures(final.id)
        deleted = 0
        if delete_old and final.state is JobState.DONE:
            deleted = bench.models.delete_old_vectors(pk)
        if as_json:
            session.print_json(
                {
                    "CollectionId": collection,
                    "Model": bench.search.model_id(pk),
                    "State": final.state.value,
                    "Message": final.message,
                    "DeletedVectors": deleted,
                    "Failures": [{"Path": str(path), "Reason": reason} for path, reason in failures],
                }
            )
        else:
            for path, reason in failures:
                session.complain(f"{path}: {reason}")
            if final.state is JobState.DONE:
                session.say(f"{final.message}.")
                if deleted:
                    session.say(f"{deleted:,} old vectors are deleted.")
            else:
                session.complain(final.message)
    if final.state is JobState.CANCELLED:
        raise typer.Exit(EXIT_INTERRUPTED)
    if final.state is not JobState.DONE:
        raise typer.Exit(EXIT_ERROR)


@app.command("delete-old-vectors")
def delete_old_vectors(
    context: typer.Context, collection: Annotated[str, _COLLECTION], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Delete a collection's vectors of models that it follows no more."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        deleted = bench.models.delete_old_vectors(bench.collections.get(collection).id)
        if as_json:
            session.print_json({"CollectionId": collection, "DeletedVectors": deleted})
        else:
            session.say(f"{deleted:,} old vectors are deleted.")


@app.command()
def speed(
    context: typer.Context, model: Annotated[str, _MODEL], as_json: Annotated[bool, _JSON] = False
) -> None:
    """Measure what a model takes for a face here, on one thread."""
    session = session_of(context)
    with spoken(session), session.workbench() as bench:
        milliseconds = bench.models.speed(model)
        if as_json:
            session.print_json({"Model": model, "MillisecondsPerFace": round(milliseconds, 2)})
        else:
            session.say(f"{model} takes {milliseconds:.1f} ms a face.")


@app.command("probe", hidden=True)
def probe_in_this_process(
    file: Annotated[Path, typer.Argument(parser=named_path)],
    folder: Annotated[Path, typer.Argument(parser=named_path)],
) -> None:
    """What `check` runs in a process of its own: it may be brought down by the file."""
    probe_here(file, folder)


def _say_finding(session: Session, found: Finding, as_json: bool) -> None:
    if as_json:
        best = found.examination.trials[0]
        session.print_json(
            {
                "Usable": found.usable,
                "Doubtful": found.doubtful,
                "Dimension": found.examination.shape.dimension,
                "Layout": found.examination.shape.layout,
                "Type": found.examination.shape.type,
                "Batch": found.examination.shape.batch or None,
                "Feeding": best.feeding.words,
                "SameAtLeast": best.colour.same,
                "OthersAtMost": best.colour.others,
                "MillisecondsPerFace": found.examination.ms,
                "Sentences": found.sentences,
            }
        )
        return
    for sentence in found.sentences:
        session.say(sentence)


def _model_json(model: FaceModel) -> dict[str, Any]:
    return {
        "Id": model.id,
        "Name": model.name,
        "Own": model.own,
        "Default": model.default,
        "Dimension": model.contract.dimension,
        "Contract": model.contract.digest,
        "Sha256": model.contract.file_sha256,
        "Licence": model.licence,
        "Source": model.source,
        "Bytes": model.bytes,
        "Calibration": model.calibration,
        "Check": model.check,
        "Doubtful": model.doubtful,
    }


def _remarks(each: Following) -> str:
    parts = []
    if not each.installed:
        parts.append("which is not installed")
    if each.lacking:
        parts.append(f"{each.lacking:,} of {each.faces:,} faces have no vector of it")
    parts += [f"{count:,} old vectors of {model}" for model, _, count in each.kept]
    return f" ({'; '.join(parts)})" if parts else ""
