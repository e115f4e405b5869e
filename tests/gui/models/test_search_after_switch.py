"""Searching on, with what was searched before a collection was switched to another model."""

from __future__ import annotations

from app.services.image_faces import AlignedFace
from app.ui.search.query import Queries
from app.ui.search.saving import Search, from_json, to_json
from tests.fakes import light_model
from tests.gui.program.stage import Stage


def switched(stage: Stage) -> None:
    bench = stage.bench
    stage.engine.others.append(light_model())
    assert bench.jobs.wait(bench.models.use(stage.pk, "fake-light").id, 20) is not None
    assert bench.search.model_id(stage.pk) == "fake-light"


def found(stage: Stage, face: AlignedFace) -> list[int]:
    vector = stage.bench.search.vector_in(stage.pk, face)
    return [match.face_pk for match in stage.bench.search.by_vector(stage.pk, vector, 80.0)]


def test_a_face_searched_before_is_measured_again(stage: Stage) -> None:
    queries = Queries(stage.bench.search, stage.bench.photos, stage.bench.faces)
    query = queries.of_photo(stage.pk, stage.photo("bea.png"))()
    before = found(stage, query.face.measured)
    switched(stage)
    assert found(stage, query.face.measured) == before


def test_a_saved_search_outlives_the_model_that_it_was_saved_with(stage: Stage) -> None:
    queries = Queries(stage.bench.search, stage.bench.photos, stage.bench.faces)
    query = queries.of_photo(stage.pk, stage.photo("bea.png"))()
    before = found(stage, query.face.measured)
    saved = to_json(Search(query, stage.engine.contract.digest))
    switched(stage)
    opened = from_json(saved).query
    assert opened is not None and opened.face is not None
    assert opened.face.measured.aligned.shape == (112, 112, 3)
    assert found(stage, opened.face.measured) == before
    # One of an older Likeness has no aligned face: it is refused, not compared wrongly.
    for face in saved["picture"]["faces"]:
        del face["aligned"], face["contract"]
    old = from_json(saved).query.face.measured
    assert old.aligned is None and old.contract == stage.engine.contract.digest
