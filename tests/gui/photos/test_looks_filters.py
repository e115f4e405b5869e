"""Photos and Faces filtered by what is seen, in the window over a library of painted photos."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.services.photos import Undescribed
from app.ui.faces.page import FacesPage
from app.ui.photos.page import PhotosPage
from tests.fakes import FakeFaceDescriber, person_color
from tests.gui.program.stage import KEY, Stage

LEFT = Qt.MouseButton.LeftButton
# Of the two people of the library: their shades make them up to three years older.
YEARS = [round(FakeFaceDescriber.age_of(person_color(number))) for number in (0, 1)]
ADAS, BEAS = (f"{year}-{year + 3}" for year in YEARS)


@pytest.fixture
def page(stage: Stage) -> PhotosPage:
    return stage.page("photos")


def describe(stage: Stage) -> None:
    """All of the collection, as the background job does."""
    bench = stage.bench
    job = bench.describe.start(stage.pk)
    assert job is not None
    stage.rest(lambda: bench.jobs.view(job.id).state.ended)


def pick(chip, *texts: str) -> None:
    """Type each into the chip's list and take it."""
    QTest.mouseClick(chip, LEFT)
    for text in texts:
        QTest.keyClicks(chip.popup.field, text)
        QTest.keyClick(chip.popup.field, KEY.Key_Return)
    QTest.keyClick(chip.popup.field, KEY.Key_Escape)


def test_photos_by_age_of_any_face(stage, page) -> None:
    describe(stage)
    assert abs(YEARS[0] - YEARS[1]) > 3, "the two people can be told apart by age"
    pick(page._filters.looks, ADAS)
    stage.rest()
    assert set(stage.photo_names()) == {"ada-2015.png", "ada-2017.png", "ada-small.png", "both.png"}
    assert not page._undescribed.isVisible()
    pick(page._filters.looks, BEAS)
    stage.rest()
    assert set(stage.photo_names()) == {"bea.png", "both.png"}, "another range of ages replaces the first"


def test_looks_and_labels_compose_with_the_rest(stage, page) -> None:
    describe(stage)
    pick(page._filters.looks, "smiling", "no beard")
    stage.rest()
    assert len(stage.photo_names()) == 5
    chip = next(each for each in page._filters.chips if each.text() == "Faces")
    next(action for action in chip.menu().actions() if action.text() == "2 or more").trigger()
    stage.rest()
    assert stage.photo_names() == ["both.png"]
    pick(page._filters.looks, "beard")
    stage.rest()
    assert stage.photo_names() == [] and page._no_match.isVisible()
    QTest.mouseClick(page._clear, LEFT)
    stage.rest()
    assert len(stage.photo_names()) == 7 and not page._filters.looks.active


def test_labels_are_completed_from_those_there_are(stage, page) -> None:
    describe(stage)
    chip = page._filters.labels
    QTest.mouseClick(chip, LEFT)
    stage.rest(lambda: chip.popup.texts() != [])
    assert chip.popup.texts() == ["Shape", "Square"], "parents of labels, too"
    QTest.keyClicks(chip.popup.field, "squ")
    QTest.keyClick(chip.popup.field, KEY.Key_Return)
    QTest.keyClick(chip.popup.field, KEY.Key_Escape)
    stage.rest()
    assert len(stage.photo_names()) == 6 and chip.value() == "Square"


def test_a_label_without_a_photo_says_what_is_missing(stage, page) -> None:
    chip = page._filters.labels
    QTest.mouseClick(chip, LEFT)
    stage.rest(lambda: "No photo has been looked at" in chip.popup.note.text())
    QTest.keyClick(chip.popup.field, KEY.Key_Escape)


def test_what_is_not_described_is_told_and_can_be_described_now(stage, page) -> None:
    bar = page._undescribed
    assert not bar.isVisible()
    pick(page._filters.looks, "smiling")
    stage.rest(bar.isVisible)
    assert bar.words.text() == "6 faces have not been looked at yet and cannot match."
    assert stage.photo_names() == []
    QTest.mouseClick(bar.button, LEFT)
    stage.rest(lambda: len(stage.photo_names()) == 5)
    stage.rest(lambda: not bar.isVisible())
    bench = stage.bench
    assert bench.photos.undescribed(stage.pk) == Undescribed(0, 0)


def test_faces_by_looks(stage) -> None:
    page: FacesPage = stage.page("faces")
    describe(stage)
    pick(page._looks, ADAS)
    stage.rest(lambda: page.model.rowCount() == 4)
    pick(page._looks, "smiling")
    stage.rest()
    assert page.model.rowCount() == 4 and page._looks.value() == f"{ADAS.replace('-', '–')}, Smiling"
    pick(page._labels, "square")
    stage.rest()
    assert page.model.rowCount() == 4
    pick(page._looks, "beard")
    stage.rest(lambda: page.model.rowCount() == 0)
    assert page._no_match.isVisible()
    page._clear_filters()
    stage.rest(lambda: page.model.rowCount() == 6)


def test_a_label_of_a_photo_leads_to_all_photos_with_it(stage, page) -> None:
    describe(stage)
    stage.shown.host.navigate("photos", label="Square")
    stage.rest(lambda: len(stage.photo_names()) == 6)
    assert page._filters.labels.value() == "Square"


def test_a_job_that_was_cancelled_is_offered_anew(stage, page) -> None:
    bar = page._undescribed
    pick(page._filters.looks, "smiling")
    stage.rest(bar.isVisible)
    bar._begun(stage.pk, object())
    stage.rest(lambda: "being looked at" in bar.words.text())
    assert not bar.button.isVisible()
    bar._watch.start(0)
    stage.rest(bar.button.isVisible)
    assert bar.words.text() == "6 faces have not been looked at yet and cannot match."
