"""Says what in a recording breaks the promise, in the words of Jepsen's log workloads.

Pure: a recording goes in, findings come out. The rules:

- each connection with a cursor gets the ids that follow it, each once, in order;
  only a true gap moves it on; and it comes back where it stood (streams.py);
- what a member got is what the log holds: all those logs are one list;
- everybody has come to the end of it;
- what was acknowledged is in it once, where the ack said; what was never answered
  once or never; what was refused never; and nothing else is in it;
- each connection of a plain member is a contiguous run of it.
"""

from collections import defaultdict
from collections.abc import Iterator

from chaos import streams
from chaos.findings import DUPLICATE, INCONSISTENT, LOST, UNEXPECTED, UNSEEN, Finding
from chaos.recording import Connection, Place, Publish, Recording, Run, Said
from chaos.streams import Stream, is_foreign


def check(recording: Recording) -> list[Finding]:
    """Everything that is wrong, each thing once."""
    log = _Log(recording)
    findings = [
        *streams.findings(recording),
        *log.against_members(),
        *log.against_publishes(),
        *log.against_runs(),
    ]
    return list(dict.fromkeys(findings))


# -- everybody against the log -------------------------------------------------------


class _Log:
    """The log as it stands at the end, and what was published."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._by_id: dict[int, Said] = {}
        for said in [*recording.log, *_passed_over(recording)]:
            self._by_id.setdefault(said.id, said)
        self._by_key = {(p.person, p.key): p for p in recording.publishes}
        self._by_text = {p.text: p for p in recording.publishes if p.text}
        self._places: defaultdict[int, list[int]] = defaultdict(list)
        self._strangers: list[Said] = []
        for said in self._by_id.values():
            if publish := self._publish(said):
                self._places[id(publish)].append(said.id)
            else:
                self._strangers.append(said)
        self._moved = {
            id(publish) for publish, place in self._told() if self._not_at(publish, place)
        }

    def against_members(self) -> Iterator[Finding]:
        """All logs are one list, and everybody has come to the end of it."""
        reached: dict[str, int] = {}
        for connection in self._recording.connections:
            end = reached.setdefault(connection.member, 0)
            if connection.epoch == self._recording.epoch:
                reached[connection.member] = max(end, _end(connection))
                yield from self._same(connection)
        for member, end in reached.items():
            for place in sorted(self._by_id):
                if place > end:
                    yield Finding(UNSEEN, f"{member} never got {place}, and came back")

    def _same(self, connection: Connection) -> Iterator[Finding]:
        head = self._recording.head
        for said in connection.events:
            if not isinstance(said, Said):
                continue
            if said.id > head:
                yield Finding(LOST, f"{_name(said)} was shown as {said.id}; the log ends at {head}")
            elif not _agree(said, kept := self._by_id[said.id]):
                yield Finding(
                    INCONSISTENT, f"{said.id} is {_name(said)} and {_name(kept)} (in the log)"
                )

    def against_publishes(self) -> Iterator[Finding]:
        for publish in self._recording.publishes:
            yield from self._publish_kept(publish, self._places.get(id(publish), []))
        for said in self._strangers:
            yield Finding(UNEXPECTED, f"{_name(said)} is in the log as {said.id}; nobody said it")
        if (oldest := self._recording.oldest) > max(
            1, self._recording.head + 1 - self._recording.keep
        ):
            yield Finding(LOST, f"the log begins at {oldest}, and more is to be kept")
        yield from self._words_gone()

    def _publish_kept(self, publish: Publish, places: list[int]) -> Iterator[Finding]:
        name = _name(publish)
        if publish.acks and not places and not self._let_go(publish):
            yield Finding(LOST, f"{name} was acknowledged as {publish.acks[0].id}, and is gone")
        if len(places) > 1:
            yield Finding(DUPLICATE, f"{name} is in the log as {', '.join(map(str, places))}")
        for epoch, id in publish.acks:
            if places and epoch == self._recording.epoch and id not in places:
                yield Finding(INCONSISTENT, f"{name} was acknowledged as {id}, and is {places[0]}")
        if publish.refused and places:
            yield Finding(UNEXPECTED, f"{name} was refused ({publish.refused}), and is in the log")
        for place in places:
            said = self._by_id[place]
            if (said.edits, said.deletes) != (publish.edits, publish.deletes) or (
                not said.deleted and said.text != publish.text
            ):
                yield Finding(UNEXPECTED, f"{name} is in the log as {place} with other content")

    def _let_go(self, publish: Publish) -> bool:
        """Whether the retention has taken it: told by its ack, as nothing else is left."""
        recording = self._recording
        oldest = min(recording.oldest, recording.head + 1 - recording.keep)
        return any(epoch == recording.epoch and id < oldest for epoch, id in publish.acks)

    def _words_gone(self) -> Iterator[Finding]:
        """Words are missing exactly where somebody took them back."""
        deleted = {said.deletes for said in self._by_id.values() if said.deletes}
        for said in self._recording.log:
            gone = said.id in deleted or said.edits in deleted
            if said.deleted and not gone:
                yield Finding(LOST, f"the words of {said.id} are gone, and nobody deleted them")
            if gone and not said.deleted:
                yield Finding(UNEXPECTED, f"the words of {said.id} were deleted, and are there")

    # -- plain members ---------------------------------------------------------------

    def against_runs(self) -> Iterator[Finding]:
        """Each run is contiguous in the list of what plain members are sent.

        It begins at the first of its texts that stands in the log once: of one that
        stands there twice, nobody can tell which of the two a plain member was sent.
        Nor of one that stood somewhere else before: what has moved, which is a finding
        of its own, is no part of that list.
        """
        list_ = [
            place
            for place, said in sorted(self._by_id.items())
            if not (said.edits or said.deletes) and self._is_first(said)
        ]
        index = {place: number for number, place in enumerate(list_)}
        for run in self._recording.runs:
            yield from self._run(run, index)

    def _is_first(self, said: Said) -> bool:
        publish = self._publish(said)
        if publish is None:
            return True
        return id(publish) not in self._moved and self._places[id(publish)][0] == said.id

    def _run(self, run: Run, index: dict[int, int]) -> Iterator[Finding]:
        stream: Stream | None = None
        for text in run.texts:
            publish = self._by_text.get(text)
            if publish is None:
                yield Finding(UNEXPECTED, f"{run.member} got {text[:20]!r}; nobody said it")
            elif not self._places.get(id(publish)):
                yield Finding(LOST, f"{run.member} was shown {_name(publish)}; the log lacks it")
            elif id(publish) in self._moved:
                continue
            elif stream or len(self._places[id(publish)]) == 1:
                number = index[self._places[id(publish)][0]]
                stream = stream or Stream(f"{run.member} (plain)", number)
                stream.got(number)
        yield from stream.findings() if stream else ()

    def _told(self) -> Iterator[tuple[Publish, Place]]:
        """Where each thing is, as an ack or a copy has told anybody."""
        for publish in self._recording.publishes:
            for place in publish.acks:
                yield publish, place
        for connection in self._recording.connections:
            for event in connection.events:
                if isinstance(event, Said) and (publish := self._publish(event)):
                    yield publish, Place(event.epoch, event.id)

    def _not_at(self, publish: Publish, place: Place) -> bool:
        """Whether it is in the log, and not there."""
        places = self._places.get(id(publish), [])
        return bool(places) and place.epoch == self._recording.epoch and place.id not in places

    def _publish(self, said: Said) -> Publish | None:
        """What was published as this entry: by its key, and where it lost it by its words."""
        found = self._by_key.get((said.person, said.key or ""))
        return found or (self._by_text.get(said.text) if said.text else None)


def _passed_over(recording: Recording) -> Iterator[Said]:
    """What stands in the log though whoever read it at the end was not sent it.

    It was let go of meanwhile, or else that is a hole: no loss.
    """
    for connection in recording.connections:
        for event in connection.events:
            here = isinstance(event, Said) and event.epoch == recording.epoch
            if here and event.id <= recording.head:
                yield event


def _end(connection: Connection) -> int:
    """The id up to which a member has everything, or was told what it has not."""
    ends = [
        event.id if isinstance(event, Said) else event.oldest - 1 for event in connection.events
    ]
    start = connection.cursor.id if connection.cursor else connection.head
    return max([0 if is_foreign(connection) else start, *ends])


def _agree(one: Said, other: Said) -> bool:
    """Whether these are the same entry; words that were taken back since do not count."""
    if (one.person, one.key, one.edits, one.deletes) != (
        other.person,
        other.key,
        other.edits,
        other.deletes,
    ):
        return False
    return one.deleted or other.deleted or one.text == other.text


def _name(what: Said | Publish) -> str:
    return f"{what.key or repr((what.text or '')[:20])} of {what.person}"
