"""What the Faces page shows in which order: ids, section heads and tags, without Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.domain.records import User
from app.services.faces import FaceFilter, FaceService, FaceSort
from app.services.listing import Listing
from app.services.search.results import Alike, Clusters, FaceGroup, GroupKind
from app.services.search.service import SearchService
from app.ui.widgets.grid import Section, SectionLink

STANDS_OUT_BELOW = 80.0
SELECT_ALL = "select"
OPEN_PERSON = "person"


class GroupBy(StrEnum):
    CLUSTER = "cluster"
    ALIKE = "alike"
    QUALITY = "quality"
    SIZE = "size"
    DATE = "date"


@dataclass(frozen=True)
class FaceOrder:
    """Ids with their sections, a tag for faces that stand out, and a fact about the whole."""

    ids: list[int]
    sections: list[Section]
    tags: dict[int, str] = field(default_factory=dict)
    values: dict[int, str] = field(default_factory=dict)
    fact: str = ""
    total: int = 0


def order(
    search: SearchService,
    faces: FaceService,
    users: Sequence[User],
    collection_pk: int,
    by: GroupBy,
    wanted: FaceFilter,
    alike_to: int | None,
) -> FaceOrder:
    """Runs off the window's thread: clustering thousands of faces takes a second or two."""
    total = len(faces.listing(collection_pk).ids)
    if by is GroupBy.CLUSTER:
        kept = None if wanted == FaceFilter() else faces.listing(collection_pk, wanted).ids
        return clustered(search.clusters(collection_pk), {user.id: user for user in users}, kept, total)
    if by is GroupBy.ALIKE and alike_to is not None:
        kept = None if wanted == FaceFilter() else faces.listing(collection_pk, wanted).ids
        return alike(search.alike(collection_pk, alike_to), kept, total)
    sort = {GroupBy.SIZE: FaceSort.SIZE, GroupBy.DATE: FaceSort.DATE}.get(by, FaceSort.QUALITY)
    return listed(faces.listing(collection_pk, wanted, sort), total)


def listed(listing: Listing, total: int) -> FaceOrder:
    sections = [Section(each.title, _faces(each.count), each.start, each.count) for each in listing.sections]
    return FaceOrder(listing.ids.tolist(), sections if len(sections) > 1 else [], total=total)


def alike(found: Alike, kept: NDArray[np.int64] | None, total: int) -> FaceOrder:
    """The chosen face first, then by similarity; a divider stands where the threshold is passed."""
    keep = np.ones(len(found.ids), np.bool_) if kept is None else np.isin(found.ids, kept)
    if len(keep):
        keep[0] = True
    ids, similarities = found.ids[keep], found.similarities[keep]
    above = int(np.sum(similarities >= STANDS_OUT_BELOW))
    values = {int(pk): f"{value:.1f}" for pk, value in zip(ids, similarities, strict=True)}
    sections = [Section("Alike", f"{_faces(above)} at 80 or more", 0, above)]
    if above < len(ids):
        sections.append(Section("Less alike", "", above, len(ids) - above, divider=True, dim=True))
    return FaceOrder(ids.tolist(), sections, values=values, total=total)


def clustered(
    clusters: Clusters, users: Mapping[int, User], kept: NDArray[np.int64] | None, total: int
) -> FaceOrder:
    ids: list[int] = []
    sections: list[Section] = []
    tags: dict[int, str] = {}
    groups = 0
    for group in clusters.groups:
        shown = group.faces if kept is None else group.faces[np.isin(group.faces, kept)]
        if not len(shown):
            continue
        groups += group.kind is not GroupKind.ALONE
        sections.append(_section(group, users, len(ids), len(shown)))
        if group.kind is GroupKind.PERSON:
            for pk, value in zip(group.faces.tolist(), group.similarities.tolist(), strict=True):
                if not math.isnan(value) and value < STANDS_OUT_BELOW:
                    tags[pk] = f"{value:.1f}"
        ids.extend(shown.tolist())
    noun = "cluster" if groups == 1 else "clusters"
    return FaceOrder(
        ids, sections, tags, fact=f"{groups:,} {noun} · {_faces(clusters.alone)} alone", total=total
    )


def _section(group: FaceGroup, users: Mapping[int, User], start: int, count: int) -> Section:
    every = SectionLink(SELECT_ALL, "Select all")
    user = users.get(group.user_pk) if group.user_pk is not None else None
    if group.kind is GroupKind.PERSON and user is not None:
        out = group.standing_out(STANDS_OUT_BELOW)
        return Section(
            user.display_name,
            _faces(count),
            start,
            count,
            dot=user.color,
            note=f"{_faces(out)} {'stands' if out == 1 else 'stand'} out" if out else "",
            note_icon="warning" if out else "",
            note_token="t2",
            links=(SectionLink(OPEN_PERSON, "Open"), every),
        )
    if group.kind is GroupKind.ALONE:
        return Section("Alike to no other", _faces(count), start, count, links=(every,))
    note = f"Tightest {group.tightest:.1f} · loosest {group.loosest:.1f}"
    return Section("Not named", f"{_faces(count)} alike", start, count, note=note, links=(every,))


def _faces(count: int) -> str:
    return f"{count:,} face" if count == 1 else f"{count:,} faces"
