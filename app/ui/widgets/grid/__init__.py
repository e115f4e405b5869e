"""The virtual grid: view, models, delegates and the image store."""

from app.ui.widgets.grid.delegate import (
    FACE_STYLE,
    PHOTO_STYLE,
    RESULT_STYLE,
    CellDelegate,
    CellLook,
    ThumbnailDelegate,
    ThumbnailStyle,
)
from app.ui.widgets.grid.images import ImageRequest, ImageStore
from app.ui.widgets.grid.layout import Section, SectionLink
from app.ui.widgets.grid.model import (
    CELL_ROLE,
    ID_ROLE,
    CellBox,
    CellContent,
    CellState,
    GridModel,
    IdListModel,
)
from app.ui.widgets.grid.view import GridView

__all__ = [
    "CELL_ROLE",
    "FACE_STYLE",
    "ID_ROLE",
    "PHOTO_STYLE",
    "RESULT_STYLE",
    "CellBox",
    "CellContent",
    "CellDelegate",
    "CellLook",
    "CellState",
    "GridModel",
    "GridView",
    "IdListModel",
    "ImageRequest",
    "ImageStore",
    "Section",
    "SectionLink",
    "ThumbnailDelegate",
    "ThumbnailStyle",
]
