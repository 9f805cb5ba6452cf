"""People alike, who come and go by the plan without ever dropping what they are at."""

from datetime import datetime
from uuid import UUID

from unisono.routing.facts import AgentFacts
from unisono.routing.simulator.plan import Staff, queue_id

_MOST = 1_000_000


class Worker:
    """One of them. present: takes new work."""

    __slots__ = ("_queues", "_skills", "free", "id", "idle_since", "present", "units")

    def __init__(self, agent_id: UUID, staff: Staff, queues: frozenset[UUID], since: datetime) -> None:
        self.id = agent_id
        self._skills = staff.skills
        self._queues = queues
        self.units = staff.units
        self.free = staff.units
        self.idle_since = since
        self.present = True

    def facts(self) -> AgentFacts:
        """Return what the router is told."""
        return AgentFacts(
            id=self.id, available=self.present, free=self.free, skills=self._skills, queue_ids=self._queues,
            idle_since=self.idle_since,
        )  # fmt: skip


class Crew:
    """One group of the plan. `number` keeps its people's ids apart from those of other groups."""

    def __init__(self, staff: Staff, number: int) -> None:
        self.staff = staff
        self._first = (number + 1) * _MOST
        self._queues = frozenset(queue_id(name) for name in staff.queues)
        self._workers: list[Worker] = []
        self._too_many = 0

    def want(self, count: int, now: datetime) -> list[Worker]:
        """Have so many of them; returns who came or went at once. Who is busy beyond that goes when they finish."""
        present = [worker for worker in self._workers if worker.present]
        missing = count - len(present)
        self._too_many = 0
        if missing < 0:
            going = [worker for worker in present if worker.free == worker.units][:-missing]
            self._too_many = -missing - len(going)
            for worker in going:
                worker.present = False
            return going
        back = [worker for worker in self._workers if not worker.present and worker.free == worker.units][:missing]
        for worker in back:
            worker.present, worker.idle_since = True, now
        new = [
            Worker(UUID(int=self._first + len(self._workers) + n), self.staff, self._queues, now)
            for n in range(missing - len(back))
        ]
        self._workers += new
        return back + new

    def finished(self, worker: Worker) -> None:
        """Note that somebody finished something: they go if there are too many."""
        if self._too_many > 0 and worker.present:
            self._too_many -= 1
            worker.present = False
