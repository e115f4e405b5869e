"""The window with 100,000 photos: start, first thumbnails, scrolling, and staying free while indexing.

    python -m tests.benchmarks.window [--photos 100000] [--indexed 200] [--runs 3] [--attacked] [--root DIR]

Each part runs in a process of its own, on the screen of DISPLAY or offscreen without one. Frames are
timed around the grid's paint event; blocking is the longest gap of a 5 ms timer in the event loop.
With --attacked the endpoint is on meanwhile, and 64 callers ask it all at once: half with a key, for the
faces of a photograph, half without one.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tests.benchmarks.ingest import SHARED, photographs
from tests.benchmarks.memory import PROJECT, fill_library

if TYPE_CHECKING:
    from app.rekognition.endpoint.service import EndpointService

PAINT_S, THUMBNAILS_S, FRAME_MS, FRAME_95_MS, BLOCKED_MS = 1.5, 0.5, 50.0, 16.0, 50.0
_SHOWN = 400


def fill_thumbnails(library: Path, photos: int) -> None:
    """A real JPEG for every photo, of 64 kinds: noise over a colour, as large as a photo's thumbnail."""
    rng = np.random.default_rng(3)
    pictures = []
    for _ in range(64):
        small = rng.integers(0, 255, (30, 40, 3), np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(small).resize((320, 240), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=85)
        pictures.append(buffer.getvalue())
    with closing(sqlite3.connect(library / "cache" / "thumbnails.db")) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.executemany(
            "INSERT OR REPLACE INTO pictures VALUES ('photo', ?, ?)",
            ((number, pictures[number % 64]) for number in range(1, photos + 1)),
        )


def child(
    library: Path, settings: Path, started: float, index: Path | None, attacked: bool
) -> dict[str, float]:
    """Runs in the measured process: the real program, watched from inside its own event loop."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    import app.ui.widgets.grid.surface as surface
    from app.bootstrap import demo
    from app.bootstrap.workbench import open_workbench
    from app.domain.records import Origin
    from app.rekognition.access.secrets import FileSecrets
    from app.rekognition.endpoint.service import EndpointService
    from app.settings.settings import Settings, SettingsStore
    from app.ui.program import LibraryWindow, application
    from app.ui.theme import Theme, ThemeMode

    figures: dict[str, float] = {}
    frames: list[float] = []

    class FirstPaint(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and "paint_s" not in figures:
                QTimer.singleShot(0, lambda: figures.setdefault("paint_s", time.time() - started))
            return False

    paint = surface.GridSurface.paintEvent

    def timed(self: Any, event: Any) -> None:
        began = time.perf_counter()
        paint(self, event)
        frames.append((time.perf_counter() - began) * 1000)

    surface.GridSurface.paintEvent = timed  # type: ignore[method-assign]
    qt = application(["likeness"])
    theme = Theme(qt, ThemeMode.LIGHT)
    bench = open_workbench(library, Origin.WINDOW, Settings())
    store = SettingsStore(settings)
    secrets = FileSecrets(settings.parent / "secrets", settings.parent / "secrets.key")
    shown = LibraryWindow(theme, bench, store, None, demo.fill, lambda bench: EndpointService(bench, secrets))
    first = FirstPaint()
    shown.window.sidebar.installEventFilter(first)
    shown.window.resize(1440, 900)
    shown.show()

    def until(ready: Any, limit: float = 60.0) -> None:
        end = time.perf_counter() + limit
        while not ready():
            qt.processEvents()
            time.sleep(0.001)
            if time.perf_counter() > end:
                raise SystemExit("The window did not get there in time.")

    until(lambda: shown.window.current_key == "photos" and shown.window.page("photos").model.rowCount())
    grid = shown.window.page("photos").grid
    until(lambda: frames and not shown.images.waiting and grid.model().cell(0) is not None)
    qt.processEvents()
    until(lambda: not shown.images.waiting)
    figures["thumbnails_s"] = time.time() - started - figures["paint_s"]
    until(lambda: shown.tasks.idle)
    frames.clear()
    bar = grid.verticalScrollBar()
    step = max(bar.maximum() // _SHOWN, 1)
    for number in range(_SHOWN):
        # Half of the way in small steps as a wheel makes them, half in leaps as the handle does.
        bar.setValue(bar.value() + 40 if number % 200 < 100 else number * step)
        grid.viewport().repaint()
        qt.processEvents()
    figures["frame_max_ms"] = max(frames)
    figures["frame_95_ms"] = float(np.percentile(frames, 95))
    figures["frames"] = len(frames)
    if index is not None:
        gaps: list[float] = []
        last = [time.perf_counter()]

        def beat() -> None:
            now = time.perf_counter()
            gaps.append((now - last[0]) * 1000)
            last[0] = now

        timer = QTimer()
        timer.setInterval(5)
        timer.timeout.connect(beat)
        pk = shown.host.collection_pk
        assert pk is not None
        callers = _callers(shown.endpoint(), next(index.iterdir())) if attacked else None
        shown.window.show_page("photos")
        last[0] = time.perf_counter()
        timer.start()
        view = bench.ingest.index_paths(pk, [index])
        # A real loop: polling would hide what blocks it.
        QTimer.singleShot(0, lambda: None)
        watch = QTimer()
        watch.setInterval(100)
        # Not quit, which would close the window, and with it the endpoint, while the beat is measured.
        watch.timeout.connect(lambda: qt.exit() if not bench.jobs.active(view.id) else None)
        watch.start()
        qt.exec()
        timer.stop()
        watch.stop()
        if callers is not None:
            callers.kill()
            callers.wait()
            asked = bench.metrics.series(datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC), 60)
            figures["answered"] = float(asked.total("DetectFaces").successes)
        figures["blocked_max_ms"] = max(gaps)
        figures["blocked_99_ms"] = float(np.percentile(gaps, 99))
        figures["indexed"] = float(bench.jobs.view(view.id).done)  # type: ignore[union-attr]
    shown.window.close()
    shown.close()
    return figures


def _callers(endpoint: EndpointService, picture: Path) -> subprocess.Popen[bytes]:
    """A process that asks the endpoint until it is killed."""
    from app.rekognition.access.policy import FULL

    key = endpoint.keys.create("benchmark", FULL)
    command = [sys.executable, "-m", "tests.benchmarks.callers", endpoint.start(0)]
    command += [key.access_key_id, key.secret, str(picture)]
    return subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE)


def measured(library: Path, scratch: Path, index: Path | None, attacked: bool) -> dict[str, float]:
    environment = dict(os.environ)
    if not environment.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-m", "tests.benchmarks.window", "--child", str(library), str(scratch)]
    command += [repr(time.time()), str(index or ""), "attacked" if attacked else ""]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode:
        sys.exit(f"The measured process failed:\n{done.stderr}")
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] == "--child":
        library, scratch, started, index, attacked = sys.argv[2:7]
        figures = child(
            Path(library), Path(scratch), float(started), Path(index) if index else None, bool(attacked)
        )
        print(json.dumps(figures))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--root", type=Path, default=Path(os.environ.get("LIKENESS_TEST_DATA", SHARED)))
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--indexed", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--attacked", action="store_true", help="the endpoint is asked 64 times at once")
    options = parser.parse_args()
    runs: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        library, photos = scratch / "library", scratch / "photos"
        fill_library(library, options.photos)
        fill_thumbnails(library, options.photos)
        photos.mkdir()
        for number, source in enumerate(photographs(options.root, options.indexed)):
            (photos / f"{number:04}{source.suffix}").write_bytes(source.read_bytes())
        for number in range(options.runs):
            last = number == options.runs - 1
            runs.append(
                measured(
                    library, scratch / f"settings-{number}.json", photos if last else None, options.attacked
                )
            )
            print({key: round(value, 3) for key, value in runs[-1].items()})
    middle = {
        key: statistics.median(run[key] for run in runs)
        for key in ("paint_s", "thumbnails_s", "frame_max_ms", "frame_95_ms")
    }
    blocked = runs[-1]["blocked_max_ms"]
    met = (
        middle["paint_s"] < PAINT_S
        and middle["thumbnails_s"] < THUMBNAILS_S
        and middle["frame_max_ms"] < FRAME_MS
        and middle["frame_95_ms"] < FRAME_95_MS
        and blocked < BLOCKED_MS
    )
    answer = {"benchmark": "window", "photos": options.photos, "runs": options.runs}
    answer |= {key: round(value, 3) for key, value in middle.items()}
    answer |= {"blocked_max_ms": round(blocked, 1), "indexed": runs[-1]["indexed"], "met": met}
    answer |= {"answered": runs[-1]["answered"]} if options.attacked else {}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
