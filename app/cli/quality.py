"""The option of every command that leaves out faces too poor to be told apart."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from app.services.ingest import QualityFilter

QualityOption: TypeAlias = Annotated[
    QualityFilter,
    typer.Option(
        "--quality-filter",
        case_sensitive=False,
        help="Leave out poor faces (small, blurred, dark, turned away); AUTO: those no search finds.",
    ),
]
