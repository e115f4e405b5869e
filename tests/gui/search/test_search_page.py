"""The Search page in the window, over a library of painted photos."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QLineEdit

from app.ui.canvas.geometry import Box
from app.ui.canvas.mime import faces_mime
from app.ui.search import SearchPage
from app.ui.search.outcome import Kind
from tests.fakes import painted
from tests.gui.program.stage import CTRL, KEY, SHIFT, Stage, drop, face, in_menu, picture, urls

ADA = {"ada-2015.png", "ada-2017.png", "ada-small.png", "both.png"}
CLICK = Qt.MouseButton.LeftButton


@pytest.fixture
def page(stage: Stage) -> SearchPage:
    return stage.page("search")


@pytest.fixture
def ada(tmp_path: Path) -> Path:
    """A picture that the library has not seen: Ada, and Bea smaller beside her."""
    return picture(tmp_path, "new.png", face(0, 4), face(1, left=300, side=80), background=60)


def give(stage: Stage, page: SearchPage, path: Path) -> None:
    """Drop a file in the middle of the page, and wait for what is found."""
    assert drop(page, urls(path), page.rect().center())
    stage.rest(lambda: page.query is not None and page.query.name == path.name)


def photos(stage: Stage, page: SearchPage) -> list[str]:
    """The photos of the faces above the threshold, in order."""
    ids = [page.results.model.id_at(row)[1] for row in range(page.results.above)]
    return [stage.bench.faces.cells([pk])[pk].photo_name for pk in ids]


def name_ada(stage: Stage, page: SearchPage) -> int:
    """Ada's photo of 2015 is named; the person's row."""
    match = next(m for m in page.outcome.faces if m.photo_pk == stage.photo("ada-2015.png"))
    stage.bench.users.name_faces(stage.pk, [match.face_pk], "Ada")
    stage.rest(lambda: bool(page._people))
    return next(iter(page._people))


def offered(page: SearchPage) -> str:
    return page.results.bar.words.text() if page.results.bar.isVisible() else ""


# -- what is searched with --------------------------------------------------------------------------


def test_before_a_search_the_page_says_how_to_begin(stage: Stage, page: SearchPage) -> None:
    assert page.results.welcome.isVisible() and not page.results.grid.isVisible()
    assert page.results.welcome.button.hasFocus()
    assert page.asking.drawer.panel.words() == "" and not page.panel.preview.clear_button.isEnabled()
    hint = page.results.welcome.hint
    assert hint.height() == hint.heightForWidth(hint.width()), "the hint is cut"


def test_a_dropped_picture_finds_the_person_of_its_largest_face(
    stage: Stage, page: SearchPage, ada: Path
) -> None:
    give(stage, page, ada)
    assert set(photos(stage, page)) == ADA
    assert photos(stage, page)[0] == "both.png", "the nearest shade comes first"
    assert page.results.count.text() == "4 faces at 80 or more"
    assert page.results.fact.text().startswith("of 6, in ")
    assert page.panel.searched.head.text() == "1 face not searched"
    assert page.panel.preview.facts.text() == " · 640 × 480 · 2 faces"
    assert page.results.grid.hasFocus()
    below = page.results.model.rowCount() - page.results.above
    assert below == 2, "Bea's faces stand below the threshold"


def test_another_face_is_picked_by_key_by_click_and_by_its_row(
    stage: Stage, page: SearchPage, ada: Path
) -> None:
    give(stage, page, ada)
    stage.key(page.results.grid, KEY.Key_2)
    stage.rest()
    assert photos(stage, page) == ["bea.png", "both.png"]
    row = page.panel.searched._rows.itemAt(0).widget()
    QTest.mouseClick(row.button, CLICK)
    stage.rest()
    assert set(photos(stage, page)) == ADA
    canvas = page.panel.preview.canvas
    QTest.mouseClick(canvas.viewport(), CLICK, pos=_middle(canvas.view_box_of(1)))
    stage.rest()
    assert photos(stage, page) == ["bea.png", "both.png"]


def _middle(box: Box) -> QPoint:
    return QPoint(round(box.left + box.width / 2), round(box.top + box.height / 2))


def test_paste_from_the_clipboard(stage: Stage, page: SearchPage, ada: Path) -> None:
    QGuiApplication.clipboard().clear()
    QTest.mouseClick(page.panel.preview.paste_button, CLICK)
    assert stage.said == "There is no picture on the clipboard."
    QGuiApplication.clipboard().setImage(QImage(str(ada)))
    stage.window.commands.paste.trigger()  # Ctrl+V
    stage.rest(lambda: page.query is not None)
    assert page.query.name == "Pasted image" and set(photos(stage, page)) == ADA


def test_open_asks_for_a_file(stage: Stage, page: SearchPage, ada: Path, monkeypatch) -> None:
    from PySide6.QtWidgets import QFileDialog

    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(ada), ""))
    stage.key(page.results.welcome.button, KEY.Key_Space)
    stage.rest(lambda: page.query is not None)
    assert set(photos(stage, page)) == ADA
    QTest.mouseClick(page.panel.preview.clear_button, CLICK)
    stage.rest()
    assert page.query is None and page.results.welcome.button.hasFocus()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    QTest.mouseClick(page.panel.preview.open_button, CLICK)
    stage.rest()
    assert page.query is None


def test_a_face_of_the_library_does_not_find_itself(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    first = page.results.model.id_at(0)[1]
    assert drop(page, faces_mime([first]), page.panel.rect().center())
    stage.rest(lambda: page.query is not None and page.query.name == "both.png")
    assert page.query.face.face_pk == first
    assert set(photos(stage, page)) == ADA - {"both.png"}
    # S on a result searches with that one.
    page.results.grid.setFocus()
    stage.click_cell(page.results.grid, 0)
    wanted = page.results.model.id_at(0)[1]
    stage.key(page.results.grid, KEY.Key_S)
    stage.rest(lambda: page.query.face.face_pk == wanted)
    stage.click_cell(page.results.grid, 0)
    compared = page.results.model.id_at(0)[1]
    stage.key(page.results.grid, KEY.Key_C)
    stage.rest()
    assert stage.window.current_key == "compare" and compared


def test_a_picture_without_a_face_says_so(stage: Stage, page: SearchPage) -> None:
    give(stage, page, stage.pictures / "nobody.png")
    assert page.results.welcome.missing.text() == "No face was found"
    assert page.panel.preview.facts.text().endswith("no face")
    assert page.asking.drawer.panel.words() == ""


def test_a_file_that_is_no_picture_leaves_the_search_as_it_was(
    stage: Stage, page: SearchPage, ada: Path, tmp_path: Path
) -> None:
    give(stage, page, ada)
    before = page.query
    for name, content in (("cut.png", ada.read_bytes()[:60]), ("words.jpg", b"not a picture")):
        broken = tmp_path / name
        broken.write_bytes(content)
        assert drop(page, urls(broken), page.rect().center())
        stage.rest(lambda name=name: stage.said.startswith(f"{name} cannot be read. "))
        assert stage.alarmed
        assert page.query is before and page.results.above == 4
        assert page.panel.preview.caption.text() == "new.png"
    gone = tmp_path / "gone.png"
    page.activate(source=gone)
    stage.rest(lambda: "gone.png" in stage.said)
    assert page.query is before


# -- the threshold and the kinds --------------------------------------------------------------------


def test_the_threshold_only_splits_what_was_found(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    found = page.outcome
    grid, threshold = page.results.grid, page.panel.threshold
    stage.key(grid, KEY.Key_BracketRight)
    assert threshold.value == 81 and threshold.box.value() == 81
    stage.key(grid, KEY.Key_BracketLeft, SHIFT)
    assert threshold.value == 76
    threshold.box.setFocus()
    threshold.box.selectAll()
    QTest.keyClicks(threshold.box, "100")
    stage.key(threshold.box, KEY.Key_Return)
    assert threshold.value == 100 and threshold.slider.value() == 1000
    assert page.results.count.text() == "No face at 100 or more"
    stage.key(threshold.slider, KEY.Key_Home)
    assert threshold.value == 0 and page.results.above == 6
    assert page.outcome is found, "nothing was searched again"
    assert threshold.meaning.text() == "Any two strangers reach this"


def test_faces_people_and_photos(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    user = name_ada(stage, page)
    grid = page.results.grid
    stage.key(grid, KEY.Key_P)
    stage.rest()
    assert page.mode.current() == Kind.PEOPLE and page.results.count.text() == "1 person at 80 or more"
    assert page.results.model.id_at(0) == (Kind.PEOPLE, user)
    stage.key(grid, KEY.Key_O)
    stage.rest()
    assert page.mode.current() == Kind.PHOTOS and page.results.count.text() == "4 photos at 80 or more"
    assert page.results.model.id_at(0) == (Kind.PHOTOS, stage.photo("both.png"))
    page.panel.threshold.set_value(100)
    assert page.results.nothing.isVisible()
    assert page.results.nothing.missing.text() == "No photo has this face"
    page.panel.threshold.set_value(80)
    page.mode.chosen.emit(Kind.FACES.value)
    stage.rest()
    assert set(photos(stage, page)) == ADA


@pytest.mark.parametrize(("kind", "goes_to"), [("faces", "photo"), ("photos", "photo"), ("people", "person")])
def test_enter_opens_what_was_found(
    stage: Stage, page: SearchPage, ada: Path, kind: str, goes_to: str
) -> None:
    give(stage, page, ada)
    name_ada(stage, page)
    page.set_kind(Kind(kind))
    stage.rest()
    page.results.grid.setFocus()
    page.results.grid.set_current_row(0)
    stage.key(page.results.grid, KEY.Key_Return)
    stage.rest(lambda: stage.window.current_key == goes_to)


def test_at_most_and_search_in(stage: Stage, page: SearchPage, ada: Path) -> None:
    other = stage.bench.collections.create_named("Other")
    stage.rest(lambda: len(page._known) == 2)
    give(stage, page, ada)
    next(a for a in page.panel.most.menu().actions() if a.data() == 10).trigger()
    stage.rest()
    assert page._limit == 10 and page.results.model.rowCount() == 6
    next(a for a in page.panel.where.menu().actions() if a.data() == other.id).trigger()
    stage.rest()
    assert page.outcome.collection_pk == other.id
    assert page.results.nothing.missing.text() == "There is no other face here"
    stage.bench.collections.delete(other.id)
    stage.rest(lambda: page.outcome.collection_pk == stage.pk)
    assert set(photos(stage, page)) == ADA


# -- with other people ------------------------------------------------------------------------------


def add_person(stage: Stage, page: SearchPage, name: str) -> None:
    """By the keyboard, through the pop-up."""
    from app.ui.people.popup import NamePopup

    stage.key(page.panel.together.add_button, KEY.Key_Space)
    popup = [each for each in page.panel.together.findChildren(NamePopup) if each.isVisible()][-1]
    QTest.keyClicks(popup.field, name)
    stage.key(popup.field, KEY.Key_Return)
    stage.rest()


def test_photos_with_several_people(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    name_ada(stage, page)
    every = {match.face_pk: match for match in page.outcome.faces}
    bea = [pk for pk, match in every.items() if match.similarity < 80]
    stage.bench.users.name_faces(stage.pk, bea, "Bea")
    stage.rest(lambda: len(page._people) == 2)
    add_person(stage, page, "nobody at all")
    assert "Nobody is named" in stage.said
    add_person(stage, page, "bea")
    assert page.kind is Kind.PHOTOS and page.mode.current() == Kind.PHOTOS
    assert [page.results.model.id_at(0)] == [(Kind.PHOTOS, stage.photo("both.png"))]
    # Without the picture: Bea's photos; only her: not the one that Ada is in.
    page.clear()
    stage.rest()
    assert page.results.count.text() == "2 photos"
    page.panel.together.mode_control.set_current("only")
    page.panel.together.changed.emit()
    stage.rest()
    assert [page.results.model.id_at(0)[1]] == [stage.photo("bea.png")]
    chip = page.panel.together._flow.itemAt(0).widget()
    stage.key(chip, KEY.Key_Delete)
    stage.rest()
    assert page.results.welcome.isVisible() and not page.panel.together.people


# -- acts on what was found -------------------------------------------------------------------------


def test_name_all_that_match_and_undo(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    assert offered(page) == "None of the 4 has a name."
    stage.key(page.results.grid, KEY.Key_N)
    assert page.results.bar.field.hasFocus()
    QTest.keyClicks(page.results.bar.field, "Ada")
    stage.key(page.results.bar.field, KEY.Key_Return)
    stage.rest(lambda: stage.names() == {"Ada": 4})
    assert page.results.grid.hasFocus() and offered(page) == ""
    assert stage.said == "4 faces named Ada"
    stage.take_offer()
    stage.rest(lambda: stage.names() == {})
    stage.rest(lambda: offered(page) == "None of the 4 has a name.")


def test_confirm_whom_the_rest_are_like(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    name_ada(stage, page)
    bar = page.results.bar
    stage.rest(lambda: bar.confirm_button.isVisible())
    assert offered(page) == "3 of the 4 have no name."
    assert bar.confirm_button.text() == "Confirm 3 as Ada"
    stage.key(bar.confirm_button, KEY.Key_Space)
    stage.rest(lambda: stage.names() == {"Ada": 4})


def test_a_rejected_suggestion_does_not_come_back(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    name_ada(stage, page)
    bar = page.results.bar
    stage.rest(lambda: bar.reject_button.isVisible())
    QTest.mouseClick(bar.reject_button, CLICK)
    stage.rest(lambda: not bar.reject_button.isVisible() and "3 of the 4" in offered(page))
    stage.rest(lambda: not page.acts._settle.isActive())
    assert page.acts.suggestion is None and stage.names() == {"Ada": 1}


def test_not_this_person_takes_the_name_off(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    name_ada(stage, page)
    row = photos(stage, page).index("ada-2015.png")
    page.results.grid.setFocus()
    stage.click_cell(page.results.grid, row)
    assert offered(page) == "1 selected" and page.results.bar.not_button.isVisible()
    stage.key(page.results.grid, KEY.Key_X)
    stage.rest(lambda: stage.names() == {"Ada": 0})
    stage.key(page.results.grid, KEY.Key_Escape)
    assert page.results.grid.selected_count() == 0


def test_the_context_menu_offers_what_the_keys_do(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    grid = page.results.grid
    stage.click_cell(grid, 0)
    found = in_menu("Search with")
    grid.context_menu.emit(grid.mapToGlobal(stage.cell_point(grid, 0)))
    assert [text.split("\t")[1] for text in found] == ["Return", "N", "X", "C", "S"]
    stage.rest(lambda: page.query.name == "both.png")


def test_copy_json(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    stage.key(page.results.grid, KEY.Key_C, CTRL | SHIFT)
    stage.rest(lambda: stage.said == "Copied")
    found = json.loads(QGuiApplication.clipboard().text())
    assert len(found["FaceMatches"]) == 4 and "SearchedFaceBoundingBox" in found
    assert found["FaceMatches"][0]["Similarity"] >= found["FaceMatches"][-1]["Similarity"] >= 80


def test_the_request_is_of_what_was_searched_and_how(stage: Stage, page: SearchPage, ada: Path) -> None:
    panel = page.asking.drawer.panel

    def request() -> tuple[str, dict]:
        stage.rest()
        panel.view("request")
        return panel._call().operation, json.loads(panel.text.toPlainText())

    stage.key(page.panel, KEY.Key_I, CTRL)
    assert panel.isVisible() and panel.words() == "" and "choose one" in panel.note.sentences()[0]
    give(stage, page, ada)
    collection = stage.bench.collections.by_pk(stage.pk).collection_id
    image = {"CollectionId": collection, "Image": {"Bytes": "<base64 of new.png>"}}
    assert request() == (
        "SearchFacesByImage",
        {**image, "MaxFaces": 100, "FaceMatchThreshold": 80, "QualityFilter": "NONE"},
    )
    assert not panel.note.isVisible()
    page.panel.threshold.set_value(63.5)
    assert request()[1]["FaceMatchThreshold"] == 63.5
    stage.key(page.results.grid, KEY.Key_P)
    assert request() == (
        "SearchUsersByImage",
        {**image, "UserMatchThreshold": 63.5, "MaxUsers": 100, "QualityFilter": "NONE"},
    )
    stage.key(page.results.grid, KEY.Key_F)
    stage.key(page.results.grid, KEY.Key_2)
    request()
    assert "largest" in panel.note.sentences()[0]
    # A stored face is asked for by its id, whichever it is of its photo.
    stored = stage.bench.photos.detail(stage.pk, stage.photo("both.png")).faces[1].face
    page.activate(face_pk=stored.id)
    assert request()[0] == "SearchFaces"
    panel.view("aws")
    assert f"--face-id {stored.face_id}" in panel.text.toPlainText()
    assert not panel.note.isVisible()
    stage.key(page.results.grid, KEY.Key_P)
    assert request()[1]["FaceId"] == stored.face_id and panel._call().operation == "SearchUsers"
    # In another collection the face is not stored.
    other = stage.bench.collections.create_named("Other")
    stage.rest(lambda: other.id in {each.id for each in page._known})
    page._search_in(other.id)
    stage.rest(lambda: page.outcome.collection_pk == other.id)
    assert request()[0] == "SearchUsersByImage"
    assert "another collection" in " ".join(panel.note.sentences())


def test_what_rekognition_has_no_request_for_is_said(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    name_ada(stage, page)
    page.asking.drawer.toggle()
    panel = page.asking.drawer.panel
    add_person(stage, page, "Ada")
    stage.rest(lambda: page.outcome.company is not None)
    assert "face alone" in panel.note.sentences()[0] and panel._call().operation == "SearchFacesByImage"
    page.clear()
    stage.rest()
    assert panel.words() == "" and "no request" in panel.note.sentences()[0]
    assert not panel.choice.isVisible()


def test_a_hidden_face_is_in_the_answer_and_that_is_said(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    match = page.outcome.faces[0]
    stage.bench.faces.hide([match.face_pk], True)
    stage.rest(lambda: len(page.outcome.faces) < len(page.outcome.all_faces))
    page.asking.drawer.toggle()
    panel = page.asking.drawer.panel
    stage.rest(lambda: panel.words() != "")
    assert len(json.loads(panel.words())["FaceMatches"]) == 4
    assert "1 matching face is hidden here" in panel.note.sentences()[0]


# -- what stays -------------------------------------------------------------------------------------


def save_as(stage: Stage, page: SearchPage, name: str) -> None:
    from app.ui.search.saved import SavedPopup

    stage.key(page.results.grid, KEY.Key_S, CTRL)
    popup = [each for each in page.findChildren(SavedPopup) if each.isVisible()][-1]
    popup.field.selectAll()
    QTest.keyClicks(popup.field, name)
    stage.key(popup.field, KEY.Key_Return)
    stage.rest(lambda: [each.name for each in page.keeping.searches] == [name])


def test_a_saved_search_is_opened_again_without_its_picture(
    stage: Stage, page: SearchPage, ada: Path
) -> None:
    give(stage, page, ada)
    stage.key(page.results.grid, KEY.Key_2)
    page.panel.threshold.set_value(90)
    stage.rest()
    save_as(stage, page, "Bea here")
    ada.unlink()
    page.clear()
    page.panel.threshold.set_value(50)
    stage.rest()
    (button,) = page.results.welcome.saved
    assert button.text() == "Bea here" and button.isVisible()
    stage.key(button, KEY.Key_Space)
    stage.rest(lambda: page.outcome is not None)
    assert page.panel.threshold.value == 90 and page.query.chosen == 1
    assert photos(stage, page) == ["bea.png", "both.png"]


def test_saved_searches_outlive_the_window_and_can_be_deleted_and_had_back(
    stage: Stage, page: SearchPage, ada: Path, qtbot
) -> None:
    from app.ui.search.saved import SavedPopup

    give(stage, page, ada)
    save_as(stage, page, "Kept")
    stage.close()
    stage.open(qtbot)
    page = stage.page("search")
    assert [each.name for each in page.keeping.searches] == ["Kept"]
    stage.key(page.results.welcome.button, KEY.Key_S, CTRL)
    popup = [each for each in page.findChildren(SavedPopup) if each.isVisible()][-1]
    assert popup.rows[0].open_button.hasFocus()
    QTest.mouseClick(popup.rows[0].delete_button, CLICK)
    stage.rest(lambda: not page.keeping.searches)
    stage.take_offer()
    stage.rest(lambda: [each.name for each in page.keeping.searches] == ["Kept"])


def test_nothing_to_save_is_said(stage: Stage, page: SearchPage) -> None:
    QTest.mouseClick(page.save_button, CLICK)
    assert stage.said == "There is no search to save yet, and none was saved."


def test_the_search_stays_between_visits_and_names_given_elsewhere_come(
    stage: Stage, page: SearchPage, ada: Path
) -> None:
    give(stage, page, ada)
    page.panel.threshold.set_value(70)
    face_pk = page.results.model.id_at(0)[1]
    stage.page("photos")
    stage.bench.users.name_faces(stage.pk, [face_pk], "Ada")
    stage.rest()
    assert not page._people, "a page out of sight does not work"
    assert stage.page("search") is page
    stage.rest(lambda: bool(page._people))
    assert page.query.name == "new.png" and page.panel.threshold.value == 70
    assert page.outcome.faces[0].user_pk is not None


def test_the_threshold_of_the_settings_is_the_one_to_begin_with(stage: Stage, page: SearchPage) -> None:
    assert page.panel.threshold.value == 80
    settings = stage.page("settings")
    settings.chosen.choose(threshold=92.5)
    assert stage.page("search").panel.threshold.value == 92.5
    compare = stage.page("compare")
    assert compare.threshold.value == 92.5 and not compare.threshold.reset.isEnabled()
    compare.threshold.set_value(60)
    QTest.mouseClick(compare.threshold.reset, CLICK)
    assert compare.threshold.value == 92.5


def test_a_collection_of_another_model_says_what_to_do_where_the_results_would_be(
    stage: Stage, page: SearchPage, ada: Path, qtbot
) -> None:
    import sqlite3
    from contextlib import closing

    stage.close()
    with closing(sqlite3.connect(stage.folder / "library" / "library.db")) as database, database:
        database.execute("UPDATE contracts SET digest = 'other', description = '{\"model_id\": \"older\"}'")
    stage.open(qtbot)
    page = stage.page("search")
    give(stage, page, ada)
    assert page.results.failure.isVisible() and not page.results.welcome.isVisible()
    assert "older" in page.results.failure.hint.text()


# -- shape ------------------------------------------------------------------------------------------


def test_every_control_has_a_name_and_a_tooltip_or_text(stage: Stage, page: SearchPage, ada: Path) -> None:
    give(stage, page, ada)
    kinds = (QAbstractButton, QLineEdit, QAbstractSlider, QAbstractSpinBox)
    controls = [each for kind in kinds for each in page.findChildren(kind) if each.isVisible()]
    assert len(controls) > 12
    for control in [*controls, page.results.grid, page.panel.preview.canvas]:
        if control.objectName() == "qt_spinbox_lineedit" or type(control).__name__ == "QScrollBar":
            continue
        interface = QAccessible.queryAccessibleInterface(control)
        assert interface.text(QAccessible.Text.Name), control


@pytest.mark.parametrize("size", [(960, 600), (1440, 900)])
def test_nothing_of_the_panel_is_cut(stage: Stage, page: SearchPage, ada: Path, size) -> None:
    stage.window.resize(*size)
    give(stage, page, ada)
    viewport = page.panel._scroll.viewport()
    assert page.panel._scroll.widget().width() <= viewport.width()
    assert page.panel.searched._fact.toolTip() == ""
    assert page.results.grid.isVisible() and page.results.bar.isVisible()


def test_pixels_go_through_the_whole_way(stage: Stage, page: SearchPage) -> None:
    """An image without a file, as another page sends it."""
    import io

    from PIL import Image

    data = io.BytesIO()
    Image.fromarray(painted([face(1, 2)], background=30)).save(data, "PNG")
    page.activate(source=data.getvalue())
    stage.rest(lambda: page.query is not None)
    assert photos(stage, page) == ["both.png", "bea.png"]
