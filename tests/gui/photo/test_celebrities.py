"""Celebrities in the inspector of a stored photo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.ui.photo.page import PhotoPage
from tests.gui.analyse.conftest import Packs
from tests.gui.photo.bench import ADA


@pytest.fixture
def packs() -> Packs:
    return Packs()


@pytest.fixture
def page(qtbot, stage, packs) -> PhotoPage:
    (photo,) = stage.add(ada=ADA)
    page = stage.open_page(qtbot, packs)
    page.activate(photo_pk=photo)
    stage.settle(qtbot, lambda: len(page.canvas.marks) == 2)
    return page


def test_whom_the_packs_know_is_named_when_the_tab_is_looked_at(page, stage, packs, qtbot):
    section = page.inspector.photo.celebrities
    assert not section.known, "nobody looks at the tab: nobody is asked"
    page.inspector.tabs.setCurrentWidget(page.inspector.photo)
    stage.settle(qtbot, lambda: section.isVisible() and bool(section.names()))
    assert section.names() == ["Ada Star 99.1"]
    # Its face is lit while it is pointed at.
    QApplication.sendEvent(section._shown[0], QEvent(QEvent.Type.Enter))
    assert [each.text for each in page.canvas.highlights] == ["Ada Star"]
    QApplication.sendEvent(section._shown[0], QEvent(QEvent.Type.Leave))
    assert not page.canvas.highlights
    packs.known = False
    page.inspector.tabs.setCurrentWidget(page.inspector.faces)
    page.inspector.tabs.setCurrentWidget(page.inspector.photo)
    stage.settle(qtbot)
    assert section.names() == ["Ada Star 99.1"], "what was answered once is kept"


def test_without_a_pack_there_is_no_such_section(page, stage, packs, qtbot):
    packs.loaded.clear()
    page.inspector.tabs.setCurrentWidget(page.inspector.photo)
    stage.settle(qtbot, lambda: page.inspector.photo.description.isVisible())
    assert not page.inspector.photo.celebrities.isVisible()


def test_nobody_recognised_is_said(page, stage, packs, qtbot):
    packs.known = False
    page.inspector.tabs.setCurrentWidget(page.inspector.photo)
    section = page.inspector.photo.celebrities
    stage.settle(qtbot, lambda: section.isVisible())
    assert section.names() == [] and "Nobody" in section._note.text()
