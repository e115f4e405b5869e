"""The end of an index job in the library: nothing left waiting, the change closed or gone."""

from __future__ import annotations

from dataclasses import replace

from app.domain.records import ChangeKind, ChangeSet, Origin
from app.services.ingest import sentences
from app.storage import journal, tables
from app.storage.database import Database
from app.storage.gate import Priority
from app.storage.repositories import jobs, memberships

_BATCH = 200


def close_job(
    database: Database, origin: Origin, job_pk: int, collection_pk: int, state: str, done: int, failed: int
) -> tuple[str, ChangeSet]:
    """Close the job's change and set its state; the sentence it ends with, and what was touched."""
    with database.read() as connection:
        row = jobs.get(connection, job_pk)
        target = memberships.target(connection, collection_pk)
    name = target.display_name if target else "a deleted collection"
    change_pk = row.change_pk if row else None
    changes = ChangeSet()
    if change_pk is not None:
        changes = _drop_waiting(database, origin, collection_pk, change_pk)
    with database.write() as connection:
        sentence = sentences.nothing_new(done, failed, name)
        if change_pk is not None:
            outcome = memberships.outcome(connection, change_pk)
            if outcome.photos or outcome.failed:
                # A file that nobody could read is no photo of the collection, and failed all the same.
                outcome = replace(outcome, failed=max(outcome.failed, failed))
                sentence = sentences.summary(outcome, name)
                jobs.close_change(connection, change_pk, sentence)
                changes = changes.merged(ChangeSet(journal.get_change(connection, change_pk)))
            else:
                jobs.erase_change(connection, job_pk, change_pk)
                changes = ChangeSet(None, changes.collections, changes.photos, changes.faces, changes.users)
        jobs.set_state(connection, job_pk, state, finished=True)
    return sentence, changes


def _drop_waiting(database: Database, origin: Origin, collection_pk: int, change_pk: int) -> ChangeSet:
    """Take out the photos that the job did not come to."""
    with database.read() as connection:
        waiting = memberships.waiting_of(connection, change_pk)
    changes = ChangeSet()
    for start in range(0, len(waiting), _BATCH):
        with database.act(
            ChangeKind.INDEX, origin, collection_pk, change_pk=change_pk, priority=Priority.BULK
        ) as act:
            still = set(memberships.waiting_of(act.work.connection, change_pk))
            for pk in waiting[start : start + _BATCH]:
                if pk in still:
                    act.work.delete(tables.memberships, pk)
        changes = changes.merged(act.changes)
    return changes
