"""Analyse in the whole window: reached by key, menu and paste; the library stays as it is."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

from app.ui.analyse.page import AnalysePage
from tests.gui.program.stage import CTRL, KEY, Stage, in_menu


def analyse(stage: Stage) -> AnalysePage:
    page = stage.page("analyse")
    assert isinstance(page, AnalysePage)
    return page


def test_by_its_key(stage: Stage) -> None:
    stage.page("photos")
    QTest.keyClick(stage.window, KEY.Key_7, CTRL)
    stage.rest(lambda: stage.window.current_key == "analyse")
    assert stage.window.windowTitle() == "Analyse – Likeness"


def test_a_pasted_picture_is_analysed_and_not_indexed(stage: Stage) -> None:
    page = analyse(stage)
    mime = QMimeData()
    mime.setImageData(QImage(str(stage.pictures / "both.png")))
    QGuiApplication.clipboard().setMimeData(mime)
    photos = len(stage.bench.photos.listing(stage.pk).ids)
    QTest.keyClick(page.empty.button, KEY.Key_V, CTRL)
    stage.rest(lambda: page.analysed is not None)
    stage.rest()
    assert page.analysed.count == 2 and stage.window.current_key == "analyse"
    assert len(stage.bench.photos.listing(stage.pk).ids) == photos
    stage.page("photos")
    stage.page("analyse")
    assert page.analysed is not None, "the picture is still there when one comes back"


def test_from_the_menus_of_photos_and_faces(stage: Stage) -> None:
    photos = stage.page("photos")
    row = next(
        row for row in range(photos.model.rowCount()) if photos.model.cell(row).subject.name == "both.png"
    )
    photos.grid.select_rows([row])
    offered = in_menu("Analyse")
    photos._menu(photos.mapToGlobal(photos.rect().center()))
    assert "Analyse" in offered
    page = stage.window.built_pages()["analyse"]
    stage.rest(lambda: page.analysed is not None)
    assert page.header.caption.text() == "both.png · 640 × 480 · 2 faces"
    faces = stage.page("faces")
    pk = next(
        pk
        for pk in faces.model.ids()
        if faces.model.cell(faces.model.row_of(pk)).subject.photo_name == "bea.png"
    )
    faces.grid.select_rows([faces.model.row_of(pk)])
    in_menu("Analyse")
    faces._menu(faces.mapToGlobal(faces.rect().center()))
    stage.rest(lambda: page.analysed.name == "bea.png")


def test_no_celebrity_pack_is_loaded_here(stage: Stage) -> None:
    page = analyse(stage)
    page.activate(source=stage.pictures / "bea.png")
    stage.rest(lambda: page.inspector.celebrities._head.text() == "Nobody recognised")
    assert "No celebrity pack is loaded" in page.inspector.celebrities._note.text()
