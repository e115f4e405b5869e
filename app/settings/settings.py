"""What the user chose, kept as sparse JSON: only what differs from the defaults is written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain.errors import LikenessError

ThemeChoice = Literal["system", "light", "dark"]
ProviderChoice = Literal["cpu", "cuda", "directml", "coreml"]


class SettingsError(LikenessError):
    """The settings cannot be written."""


class Settings(BaseModel):
    """Defaults are here and nowhere else."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: ThemeChoice = "system"
    reduce_motion: Annotated[bool | None, Field(description="None follows the system")] = None
    provider: Annotated[ProviderChoice, Field(description="What onnxruntime runs the models on")] = "cpu"
    workers: Annotated[int | None, Field(ge=1, le=64, description="Photos at once; None: one a core")] = None
    threshold: Annotated[float, Field(ge=0, le=100, description="Similarity that counts as a match")] = 80.0
    describe: Annotated[bool, Field(description="Work out attributes and labels in the background")] = True
    endpoint_on: Annotated[bool, Field(description="Start the loopback endpoint with the window")] = False
    endpoint_port: Annotated[int | None, Field(ge=1, le=65_535, description="None: any that is free")] = None
    endpoint_rate: Annotated[float, Field(gt=0, le=10_000, description="Calls a second for each key")] = 50.0
    endpoint_burst: Annotated[int, Field(ge=1, le=100_000, description="Calls at once for each key")] = 100
    recent_libraries: tuple[str, ...] = ()

    def changed(self, **values: Any) -> Settings:
        """A validated copy. Raises pydantic.ValidationError on a value out of range."""
        return Settings.model_validate({**self.model_dump(), **values})

    def with_recent(self, library: Path) -> Settings:
        """The library moved to the front of the ten used last."""
        name = str(library)
        others = [entry for entry in self.recent_libraries if entry != name]
        return self.changed(recent_libraries=(name, *others[:9]))


class SettingsStore:
    """Loads once and saves whole: a half-written file never replaces a good one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem: str | None = None
        self.current = self._load()

    def _load(self) -> Settings:
        try:
            return Settings.model_validate(json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError, ValidationError):
            aside = self.path.with_suffix(".damaged.json")
            self.problem = (
                f"The settings in {self.path} could not be read; the defaults are used. "
                f"The old file is kept as {aside.name}."
            )
            try:
                self.path.replace(aside)
            except OSError:
                self.problem = f"The settings in {self.path} could not be read; the defaults are used."
            return Settings()

    def save(self, settings: Settings) -> None:
        """Raises SettingsError with the reason when the file cannot be written."""
        self.current = settings
        text = json.dumps(settings.model_dump(mode="json", exclude_defaults=True), indent=2)
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(text, "utf-8")
            temporary.replace(self.path)
        except OSError as error:
            raise SettingsError(
                f"The settings could not be saved to {self.path}: {error.strerror}."
            ) from error
