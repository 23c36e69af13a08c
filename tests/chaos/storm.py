"""A storm: daemons at work, faults from a plan, people who answer; then calm weather until everything rests."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path

from channels.http import Http, open_client
from publisher.bootstrap import Office, open_office
from publisher.store.engine import StoreUnavailable
from tests.chaos.bureau import CHANNELS, Bureau, open_bureau
from tests.chaos.callbacks import Caller
from tests.chaos.clerk import Clerk
from tests.chaos.crew import Crew
from tests.chaos.daemon import Orders
from tests.chaos.databases import Database, Sqlite
from tests.chaos.idle import is_idle, is_sending, looks_left, next_moment, rests
from tests.chaos.plan import WECHAT, WEIBO, Ill, Trouble
from tests.chaos.pulse import Pulse
from tests.chaos.stageside import Platforms, open_platforms
from tests.chaos.summary import Summary, Weather, spoken, unforeseen
from tests.chaos.verdict import judge, public_things, story, twice
from tests.fault.moments import START

LOOK_S, TELL_S = 0.4, 60.0
QUIET_S = 0.5
"""So long without a new entry, and the product is waiting for something."""

DAY_S, TURN_S, START_S = 86_400, 0.1, 120.0


class Doubled(AssertionError):
    """Readers saw the same item twice on one platform."""


class NeverAtRest(AssertionError):
    """Something is neither settled, nor due, nor asked of a person."""


class Storm:
    """One run, from an empty folder to the verdict."""

    def __init__(
        self,
        folder: Path,
        weather: Weather,
        database: Database | None = None,
        tell: Callable[[str], None] = lambda _words: None,
    ) -> None:
        self.folder, self.weather, self.database, self.tell = folder, weather, database or Sqlite(), tell
        self.clock = Pulse(folder / "clock", START)
        self.came: Counter[str] = Counter()
        self._ends: list[tuple[float, Callable[[], None]]] = []
        self._jumps: list[float] = []
        self.took_s: dict[str, float] = {}
        self._lap_at = self._told = time.monotonic()
        self._seen, self._since, self._alive_since = 0, time.monotonic(), time.monotonic()

    def _lap(self, what: str) -> None:
        """Note how long the part that ends now took."""
        now = time.monotonic()
        self.took_s[what] = now - self._lap_at
        self._lap_at = now

    def run(self) -> Summary:
        """Raises `Doubled` or `NeverAtRest`; else the summary, whose `faults` should be empty."""
        with ExitStack() as stack:
            self.platforms: Platforms = stack.enter_context(open_platforms())
            self.bureau: Bureau = open_bureau(
                self.folder / "home",
                self.platforms.ports,
                self.clock,
                items=self.weather.items,
                over=timedelta(seconds=self.weather.items * self.weather.apart_s),
                database=self.database.part(),
            )
            client = open_client(timeout_s=10)
            stack.callback(client.close)
            self.office: Office = open_office(self.bureau.home, clock=self.clock, http=Http(client))
            stack.callback(self.office.close)
            self.platforms.play(self.office, self.clock)
            caller = self._caller()
            stack.callback(caller.stop)
            self.clerk = Clerk(self.office, self.bureau, self.platforms.practice.readers)
            orders = Orders(
                self.bureau.home, self.folder / "clock", self.folder / "words", self.weather.mutant
            )
            self.crew = Crew(orders, self.weather.daemons)
            stack.callback(self.crew.stop)
            self.crew.start()
            self._until_all_work()
            self._lap("made ready")
            self.clock.run()
            self._storm()
            self._lap("stormed")
            self._calm()
            codes = self.crew.stop()
            self._lap("came to rest")
            summary = self._summary()
            if any(codes):
                summary.faults.unforeseen.append(f"daemons did not end cleanly: {codes}")
            return summary

    def _caller(self) -> Caller:
        press = self.platforms.practice.simulators[WECHAT].press
        base = self.office.options[WECHAT].base_url
        caller = Caller(self.office, press, base, self.clock, self.weather.seed, self.platforms.came)
        self.platforms.on_made[WECHAT] = caller.submitted
        return caller

    def _until_all_work(self) -> None:
        """Each daemon says in the log that it has started."""
        began, deadline = self._entries(), time.monotonic() + START_S
        while self._entries() < began + self.weather.daemons:
            if time.monotonic() > deadline:
                raise NeverAtRest(f"the daemons do not start: {spoken(self.folder / 'words')}")
            time.sleep(TURN_S)
        self._since = self._alive_since = time.monotonic()

    # ------------------------------------------------------------------ storm

    def _storm(self) -> None:
        """Faults by the plan; whenever nothing happens, time goes to what is due next and the next fault comes."""
        plan, began, look = self.weather.plan(), self._entries(), 0.0
        while plan or self._ends or self._jumps or self._faults_to_meet():
            self._must_rest_some_time()
            now = time.monotonic()
            nothing_left = self._stands_still() and self._rested()
            while plan and (plan[0].after <= self._seen - began or nothing_left):
                self._bring(plan.pop(0), now)
            for end in [end for end in self._ends if end[0] <= now]:
                self._ends.remove(end)
                end[1]()
            self._jump_when_calm()
            self._skip_idle_time()
            self.crew.tend()
            if now >= look:
                look = now + LOOK_S
                self._look()
            time.sleep(TURN_S)

    def _faults_to_meet(self) -> bool:
        """Whether scripted faults wait for requests that may still come."""
        return bool(self.platforms.scripted()) and not self._rested()

    def _rested(self) -> bool:
        with suppress(StoreUnavailable), self.office.store.read() as reading:
            return rests(reading)
        return False

    def _entries(self) -> int:
        """How long the log is; as long as before while the database is away."""
        with suppress(StoreUnavailable), self.office.store.read() as reading:
            self._seen = reading.log.head(reading.log_id).size
        return self._seen

    def _stands_still(self) -> bool:
        """Whether the service has written nothing for a while. Then time goes to what is due next."""
        now, before = time.monotonic(), self._seen
        if self._entries() != before:
            self._since = self._alive_since = now
            return False
        if now - self._alive_since > self.weather.patience_s:
            raise NeverAtRest(f"seed {self.weather.seed}: {self._waiting()}")
        if now - self._since < QUIET_S:
            return False
        if not self._jumps and self._may_jump():
            with suppress(StoreUnavailable), self.office.store.read() as reading:
                dues = () if is_sending(reading) else self.bureau.dues  # no more work before this is done
                if self._jump_to(next_moment(reading, self.clock(), dues)):
                    self.platforms.jumped()
        self._since = now
        return True

    def _skip_idle_time(self) -> None:
        """When nothing is being done, nor due, nor to come from the plan: go to what is due next at once."""
        if self._jumps or not self._may_jump():
            return
        with suppress(StoreUnavailable), self.office.store.read() as reading:
            if is_idle(reading, self.clock()):
                self._jump_to(next_moment(reading, self.clock(), self.bureau.dues))

    def _jump_to(self, moment: datetime | None) -> bool:
        if moment is not None:
            self.clock.set(moment + timedelta(seconds=1))
        return moment is not None

    def _bring(self, trouble: Trouble, now: float) -> None:
        if trouble.fault is not None:
            self.platforms.bring(trouble)
            return
        act, end = self._acts(trouble)
        act()
        self.came[trouble.ill] += 1
        if end is not None:
            self._ends.append((now + trouble.lasts_s, end))

    def _acts(self, trouble: Trouble) -> tuple[Callable[[], None], Callable[[], None] | None]:
        stages = self.platforms.practice.stages
        match trouble.ill:
            case Ill.KILL:
                return lambda: self.crew.kill(trouble.which), None
            case Ill.FREEZE:
                return lambda: self.crew.freeze(trouble.which, trouble.lasts_s), None
            case Ill.TOKENS:
                return self._tokens_die(trouble.where)
            case Ill.READERS:
                stage = stages[trouble.where]
                return lambda: setattr(stage, "reader_open", False), lambda: setattr(
                    stage, "reader_open", True
                )
            case Ill.DATABASE:
                return lambda: self.database.disturb(self.bureau.home, trouble.lasts_s, trouble.which), None
            case Ill.FORWARD:
                return lambda: self._jumps.append(3600.0), None
            case Ill.BACKWARD:
                return lambda: self._jumps.append(-120.0), None
            case other:
                raise AssertionError(other)

    def _tokens_die(self, channel: str) -> tuple[Callable[[], None], Callable[[], None] | None]:
        simulators = self.platforms.practice.simulators
        if channel == WECHAT:
            return simulators[WECHAT].gate.revoke, None
        tokens = simulators[WEIBO].world.tokens

        def revoked(value: bool) -> Callable[[], None]:
            return lambda: [setattr(token, "revoked", value) for token in tokens.values()] and None

        return revoked(True), revoked(False)

    def _jump_when_calm(self) -> None:
        """A jump over a request on its way would be a platform that executes later than any settle time."""
        if self._jumps and self._may_jump():
            self.clock.jump(self._jumps.pop(0))
            self.platforms.jumped()

    def _may_jump(self) -> bool:
        return self.platforms.calm() and self.crew.awake()

    def _look(self) -> None:
        doubled = twice(self.platforms, self.bureau)
        if doubled:
            with self.office.store.read() as reading:
                told = [story(reading, one.split()[1].rstrip(":")) for one in doubled]
            raise Doubled(f"seed {self.weather.seed}: {doubled}\n" + "\n".join(told))
        with suppress(StoreUnavailable):  # the person tries again
            self.clerk.work()
        if time.monotonic() - self._told > TELL_S:
            self._told = time.monotonic()
            done, came = len(public_things(self.platforms, self.bureau)), self.came + self.platforms.came
            self.tell(f"  {self._told - self._lap_at:5.0f} s  {done} out, {sum(came.values())} faults came")

    # ------------------------------------------------------------------ calm

    def _calm(self) -> None:
        """No more faults: until all is settled, and a day later seen for the last time."""
        self.platforms.clear()
        self.database.wait()
        last = False
        while True:
            self._must_rest_some_time()
            self.crew.tend()
            self._skip_idle_time()
            if self._stands_still():
                self._look()
                with self.office.store.read() as reading:
                    rested, seen = rests(reading), not looks_left(reading)
                if rested and last and seen:
                    return
                if rested and not last:
                    last = True
                    self.clock.jump(DAY_S + 3600)
            time.sleep(TURN_S)

    def _must_rest_some_time(self) -> None:
        if time.monotonic() - self._lap_at > self.weather.must_rest_s():
            raise NeverAtRest(f"seed {self.weather.seed}: {self._waiting()}")

    def _waiting(self) -> str:
        with self.office.store.read() as reading:
            left = [
                (p.channel, p.state.value, p.waits_for, (p.error or {}).get("words"))
                for p in reading.postings.unfinished()
            ]
            channels = [(c.name, c.state.value, c.reason) for c in reading.accounts.channels()]
        return f"{left[:8]} of {len(left)}; {channels}"

    def _summary(self) -> Summary:
        said, faults = spoken(self.folder / "words"), judge(self.office, self.platforms, self.bureau)
        faults.unforeseen = unforeseen(said)
        return Summary(
            self.weather,
            self.database.name,
            len(self.bureau.pieces) * len(CHANNELS),
            self.came + self.platforms.came,
            self.clerk.did,
            said,
            self.crew.restarts,
            self.crew.ended_by_themselves,
            self.took_s,
            faults,
        )
