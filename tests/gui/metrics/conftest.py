from __future__ import annotations

from tests.gui.program.fixtures import empty_stage, furnished, quiet_log, stage

__all__ = ["empty_stage", "furnished", "quiet_log", "stage"]
