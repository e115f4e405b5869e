"""Jobs that outlive the process, their failures, and the one change that each of them writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from app.storage.clock import now_ms
from app.storage.tables import change_rows, changes, job_failures, jobs


@dataclass(frozen=True, slots=True)
class JobRow:
    """`params` is JSON. `process` is the mark of the process that runs it or ran it last."""

    id: int
    kind: str
    title: str
    params: str
    state: str
    total: int
    done: int
    failed: int
    change_pk: int | None
    process: str | None


def add(connection: Connection, kind: str, title: str, params: str, state: str, process: str) -> int:
    values = {
        "kind": kind,
        "title": title,
        "params": params,
        "state": state,
        "process": process,
        "created_at": now_ms(),
    }
    key = connection.execute(insert(jobs).values(values)).inserted_primary_key
    assert key is not None, "an INSERT always has a key"
    return int(key[0])


def get(connection: Connection, job_pk: int) -> JobRow | None:
    row = connection.execute(_rows.where(jobs.c.id == job_pk)).mappings().first()
    return JobRow(**row) if row else None


def in_states(connection: Connection, states: Sequence[str]) -> list[JobRow]:
    """The oldest first."""
    query = _rows.where(jobs.c.state.in_(states)).order_by(jobs.c.id)
    return [JobRow(**row) for row in connection.execute(query).mappings()]


def take(connection: Connection, job_pk: int, old_state: str, state: str, process: str) -> bool:
    """Claim it for this process; False when another was faster."""
    statement = (
        update(jobs)
        .where(jobs.c.id == job_pk, jobs.c.state == old_state)
        .values(state=state, process=process, finished_at=None)
    )
    return connection.execute(statement).rowcount == 1


def set_state(connection: Connection, job_pk: int, state: str, *, finished: bool = False) -> None:
    values = {"state": state, "finished_at": now_ms() if finished else None}
    connection.execute(update(jobs).where(jobs.c.id == job_pk).values(values))


def set_progress(connection: Connection, job_pk: int, done: int, total: int, failed: int) -> None:
    values = {"done": done, "total": total, "failed": failed}
    connection.execute(update(jobs).where(jobs.c.id == job_pk).values(values))


def add_failure(connection: Connection, job_pk: int, path: bytes, reason: str) -> None:
    connection.execute(insert(job_failures).values(job_pk=job_pk, path=path, reason=reason))


def clear_failures(connection: Connection, job_pk: int) -> None:
    connection.execute(delete(job_failures).where(job_failures.c.job_pk == job_pk))


def failures(connection: Connection, job_pk: int) -> list[tuple[bytes, str]]:
    """(path, reason) in the order they were met."""
    query = (
        select(job_failures.c.path, job_failures.c.reason)
        .where(job_failures.c.job_pk == job_pk)
        .order_by(job_failures.c.id)
    )
    return [(row.path, row.reason) for row in connection.execute(query)]


def open_change(connection: Connection, job_pk: int, change_pk: int) -> None:
    """This change is the job's, and goes on until it ends."""
    connection.execute(update(changes).where(changes.c.id == change_pk).values(open=True))
    connection.execute(update(jobs).where(jobs.c.id == job_pk).values(change_pk=change_pk))


def set_change(connection: Connection, job_pk: int, change_pk: int) -> None:
    """This change, which is whole, is what the job came to."""
    connection.execute(update(jobs).where(jobs.c.id == job_pk).values(change_pk=change_pk))


def close_change(connection: Connection, change_pk: int, summary: str) -> None:
    """From now on it can be undone."""
    connection.execute(update(changes).where(changes.c.id == change_pk).values(open=False, summary=summary))


def erase_change(connection: Connection, job_pk: int, change_pk: int) -> None:
    """Remove a change that came to nothing."""
    connection.execute(update(jobs).where(jobs.c.id == job_pk).values(change_pk=None))
    connection.execute(delete(change_rows).where(change_rows.c.change_pk == change_pk))
    connection.execute(delete(changes).where(changes.c.id == change_pk))


_rows = select(
    jobs.c.id,
    jobs.c.kind,
    jobs.c.title,
    jobs.c.params,
    jobs.c.state,
    jobs.c.total,
    jobs.c.done,
    jobs.c.failed,
    jobs.c.change_pk,
    jobs.c.process,
)
