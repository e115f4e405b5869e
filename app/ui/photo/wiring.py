"""Who hears whom among the parts of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.ui.canvas.tools import Tool
from app.ui.controller import PageHost

if TYPE_CHECKING:
    from app.ui.photo.page import PhotoPage


def connect_parts(page: PhotoPage, host: PageHost) -> None:
    """Wishes of the header, the canvas and the inspector to what fulfils them; the page hears the rest."""
    header, canvas, panel, acts = page.header, page.canvas, page.inspector, page.acts
    header.back.connect(page.go_back)
    header.tool_chosen.connect(lambda tool: canvas.set_tool(Tool(tool)))
    canvas.tool_changed.connect(header.show_tool)
    header.zoom_in.connect(canvas.zoom_in)
    header.zoom_out.connect(canvas.zoom_out)
    header.fit.connect(canvas.fit)
    canvas.zoom_changed.connect(header.show_zoom)
    header.inspector_toggled.connect(panel.setVisible)
    canvas.naming_wanted.connect(page.begin_name)
    canvas.deletion_wanted.connect(acts.delete)
    canvas.box_edited.connect(acts.set_box)
    canvas.landmark_edited.connect(acts.set_landmark)
    page.editor.closed.connect(lambda: canvas.setFocus(Qt.FocusReason.OtherFocusReason))
    faces = panel.faces
    faces.confirmed.connect(acts.confirm)
    faces.rejected.connect(acts.reject)
    faces.naming_wanted.connect(page.begin_name)
    faces.deletion_wanted.connect(acts.delete)
    faces.copied.connect(page.files.copy)
    panel.photo.copied.connect(page.files.copy)
    panel.photo.folder_wanted.connect(lambda path: host.reveal([path]))
    panel.photo.locate_wanted.connect(page.locate)
    acts.serve(panel.photo)
    panel.photo.description.chosen.connect(lambda name: host.navigate("photos", label=name))
    panel.json.copied.connect(lambda: host.toast("Copied"))
    page.notice.locate_wanted.connect(page.locate)
    page.notice.turn_wanted.connect(page.turn)
    page.filmstrip.stepped.connect(page.step)
