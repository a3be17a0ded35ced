"""The work of a serving process beside answering: due jobs of the brands it knows, and the runs people asked for."""

import threading
from collections.abc import Callable, Sequence

import structlog

from automation.worker import JobResult
from bootstrap.office import Office
from domain.context import Context
from domain.ids import BrandId

TICK_SECONDS = 1.0
AT_ONCE = 4
CLOCK_EVERY = 10
_RUN, _HOLD, _CLOCK, _LOOK = range(4)
"""Lanes: what people said yes to, their runs, what is due by the clock (every tenth time), and the look before both."""
Lane = Callable[[Context], Sequence[JobResult]]
log = structlog.get_logger(__name__)


class Background:
    """Three lanes a brand, each at most once at a time: what people said yes to and what rules do about it, runs that
    people asked for, and (less often) all that is due by the clock, meetings and messages that go out too. Before the
    first two there is one look whether anything is due.

    A brand is known once it is named here: when somebody works in it, or at the start. Jobs are leased, so that any
    number of processes may do this at once. The threads end with the process: their leases do, too, and others go on.
    """

    def __init__(self, office: Office, observe: Callable[[Sequence[JobResult]], None] = lambda _done: None) -> None:
        self._office = office
        self._lanes: tuple[Lane, ...] = (office.run_due, office.hold_due, office.work, self._look)
        self._turns = 0
        self._observe = observe
        self._known: dict[BrandId, Context] = {}
        self._under_way: dict[tuple[BrandId, int], threading.Thread] = {}
        self._awake, self._stopped = threading.Event(), threading.Event()
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._thread = threading.Thread(target=self._turn, name="background", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience_seconds: float = 0.0) -> None:
        """Take up nothing more; wait so long for each thing that is under way."""
        self._stopped.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join()
        for busy in list(self._under_way.values()):
            busy.join(patience_seconds)

    def know(self, ctx: Context) -> None:
        """Look after the Context's brand from now on."""
        self._known.setdefault(ctx.brand_id, ctx)

    def wake(self) -> None:
        """Look at once whether something is due."""
        self._awake.set()

    def _turn(self) -> None:
        while not self._stopped.is_set():
            for ctx in list(self._known.values()):
                self._take_up(ctx, _LOOK)
                if self._turns % CLOCK_EVERY == 0:
                    self._take_up(ctx, _CLOCK)
            self._turns += 1
            self._awake.wait(TICK_SECONDS)
            self._awake.clear()

    def _look(self, ctx: Context) -> Sequence[JobResult]:
        """Take up what people wait for, where anything is due; the look itself runs nothing."""
        if self._office.is_due(ctx):
            self._take_up(ctx, _RUN)
            self._take_up(ctx, _HOLD)
        return ()

    def _take_up(self, ctx: Context, at: int) -> None:
        busy = self._under_way.get((ctx.brand_id, at))
        if busy is not None and busy.is_alive():
            return
        thread = threading.Thread(
            target=self._run, args=(self._lanes[at], ctx), name=f"{ctx.brand} lane {at}", daemon=True
        )
        self._under_way[ctx.brand_id, at] = thread
        thread.start()

    def _run(self, lane: Lane, ctx: Context) -> None:
        with self._places:
            if self._stopped.is_set():
                return
            try:
                self._observe(lane(ctx))
            except Exception as error:  # noqa: BLE001 - a store that is gone for a moment must not end the clockwork
                cause = getattr(error, "orig", None) or error  # of a database error not the statement's values
                log.warning("background.failed", brand=ctx.brand, reason=f"{type(error).__name__}: {cause}")
