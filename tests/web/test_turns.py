"""Fair turns: a circle of clients, stale questions dropped, limits told."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from ripeness.api.lab_jobs import Job, Jobs, Stopped
from ripeness.api.lab_recent import Recent, Room
from ripeness.base import RipenessError
from ripeness.web.limits import Limits
from ripeness.web.turns import Busy, Gone, Stop, TooLong, Turns


async def stays() -> None:
    await asyncio.Event().wait()


def over(turns: Turns, work: Callable[[], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        try:
            return await work()
        finally:
            turns.close()

    return asyncio.run(whole())


def order_of(asked: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Clients in the order in which one worker served them, all waiting behind a first question."""
    turns = Turns(Limits(), 1)
    served: list[tuple[str, str]] = []
    gate = threading.Event()

    async def ask() -> None:
        first = asyncio.ensure_future(turns.answer(("first", ""), lambda stop: gate.wait(5), stays, 5))
        await asyncio.sleep(0.02)
        rest = [
            asyncio.ensure_future(
                turns.answer(client, lambda stop, client=client: served.append(client), stays, 5)
            )
            for client in asked
        ]
        await asyncio.sleep(0.02)
        gate.set()
        await asyncio.gather(first, *rest)

    over(turns, ask)
    return served


def test_clients_are_served_in_a_circle() -> None:
    a, b, c = (("here", name) for name in "abc")
    assert order_of([a, a, a, b, c]) == [a, b, c, a, a]


def test_an_address_wins_no_turns_by_calling_itself_many_names() -> None:
    crowd = [("one", str(number)) for number in range(6)]
    other = ("two", "")
    assert order_of([*crowd, other, other])[:4] == [crowd[0], other, crowd[1], other]


def test_a_question_whose_client_left_is_never_worked_on() -> None:
    turns = Turns(Limits(), 1)
    gate, worked = threading.Event(), []

    async def ask() -> None:
        first = asyncio.ensure_future(turns.answer(("here", "a"), lambda stop: gate.wait(5), stays, 5))
        leaves = asyncio.Event()

        async def leaving() -> None:
            await leaves.wait()

        second = asyncio.ensure_future(turns.answer(("here", "b"), lambda stop: worked.append(1), leaving, 5))
        await asyncio.sleep(0.05)
        leaves.set()
        with pytest.raises(Gone):
            await second
        gate.set()
        await first

    over(turns, ask)
    assert worked == []
    assert turns.left == 1


def test_running_work_is_told_to_stop_when_its_client_leaves() -> None:
    turns = Turns(Limits(), 1)
    told = threading.Event()

    def work(stop: Stop) -> None:
        if stop.wait(5):
            told.set()

    async def leaving() -> None:
        await asyncio.sleep(0.05)

    async def ask() -> None:
        with pytest.raises(Gone):
            await turns.answer(("here", "a"), work, leaving, 5)
        await asyncio.to_thread(told.wait, 5)

    over(turns, ask)
    assert told.is_set()


def test_too_much_and_too_long_are_said_in_words() -> None:
    turns = Turns(Limits(waiting=4, waiting_each=2), 1)
    gate = threading.Event()

    async def ask() -> None:
        held = [
            asyncio.ensure_future(turns.answer(("here", "a"), lambda stop: gate.wait(5), stays, 5))
            for _ in range(3)
        ]
        await asyncio.sleep(0.05)
        with pytest.raises(Busy, match="too many questions"):
            await turns.answer(("here", "a"), lambda stop: None, stays, 5)
        with pytest.raises(TooLong, match=r"within 0\.1 s"):
            await turns.answer(("here", "b"), lambda stop: None, stays, 0.1)
        gate.set()
        await asyncio.gather(*held)

    over(turns, ask)
    assert turns.waiting == 0


def test_an_address_fills_no_more_than_its_part_of_the_line() -> None:
    turns = Turns(Limits(waiting=4, waiting_address=2), 1)
    gate = threading.Event()

    async def ask() -> None:
        held = [
            asyncio.ensure_future(turns.answer(("one", str(number)), lambda stop: gate.wait(5), stays, 5))
            for number in range(3)
        ]
        await asyncio.sleep(0.05)
        with pytest.raises(Busy):
            await turns.answer(("one", "another"), lambda stop: None, stays, 5)
        other = asyncio.ensure_future(turns.answer(("two", ""), lambda stop: 1, stays, 5))
        gate.set()
        assert await other == 1
        await asyncio.gather(*held)

    over(turns, ask)


def test_a_failure_is_told_to_who_asked() -> None:
    turns = Turns(Limits(), 1)

    def fails(_: Stop) -> None:
        raise RipenessError("no", "never")

    async def ask() -> str:
        with pytest.raises(RipenessError, match="no"):
            await turns.answer(("here", "a"), fails, stays, 5)
        answer: str = await turns.answer(("here", "a"), lambda stop: "yes", stays, 5)
        return answer

    assert over(turns, ask) == "yes"


def test_a_browser_that_leaves_frees_the_line(site: httpx.Client) -> None:
    site.get("/api/v1/money?n=40")  # the case is read by now
    with pytest.raises(httpx.ReadTimeout):
        site.get("/api/v1/bargain?n=400&draws=64&l.talks=1&seed=99", timeout=1.5)
    began = time.monotonic()
    while time.monotonic() - began < 60 and site.get("/health").json()["running"]:
        time.sleep(0.2)
    assert time.monotonic() - began < 45
    assert "ripeness_long_left 0\n" not in site.get("/metrics").text


def test_a_value_is_made_once_however_many_ask() -> None:
    held: Recent[int] = Recent(2)
    made: list[int] = []
    gate = threading.Event()

    def make() -> int:
        gate.wait(5)
        made.append(1)
        return 7

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(held.get("x", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert (made, found) == ([1], [7] * 8)


def test_who_waits_is_not_hurt_by_anothers_failure() -> None:
    held: Recent[int] = Recent(2)
    begun, gate = threading.Event(), threading.Event()

    def fails() -> int:
        begun.set()
        gate.wait(5)
        raise ValueError("called off")

    def first() -> None:
        with pytest.raises(ValueError, match="called off"):
            held.get("x", fails)

    found: list[int] = []
    maker = threading.Thread(target=first)
    maker.start()
    begun.wait(5)
    waiter = threading.Thread(target=lambda: found.append(held.get("x", lambda: 3)))
    waiter.start()
    gate.set()
    maker.join()
    waiter.join()
    assert found == [3]


def test_the_least_used_value_goes_first() -> None:
    held: Recent[int] = Recent(2)
    for key in ("a", "b", "a", "c"):
        held.get(key, lambda: 1)
    assert held.known("a")
    assert not held.known("b")


def test_what_was_used_longest_ago_leaves_a_room_that_is_full() -> None:
    room = Room(2_500)
    here: Recent[NDArray[np.uint8]] = Recent(8, room)
    there: Recent[Pair] = Recent(8, room)
    here.get("a", lambda: np.zeros(1_000, np.uint8))
    there.get("b", lambda: Pair({"x": np.zeros(500, np.uint8)}, (np.zeros(500, np.uint8),)))
    here.get("a", lambda: pytest.fail("it is held"))
    assert room.total_bytes == 2_000
    here.get("c", lambda: np.zeros(1_000, np.uint8))
    assert (here.known("a"), there.known("b"), here.known("c")) == (True, False, True)
    assert room.total_bytes == 2_000


def test_a_value_larger_than_its_room_is_answered_and_not_held() -> None:
    room = Room(100)
    held: Recent[NDArray[np.uint8]] = Recent(8, room)
    assert held.get("a", lambda: np.ones(1_000, np.uint8)).sum() == 1_000
    assert (held.known("a"), room.total_bytes) == (False, 0)


def test_a_room_does_not_count_what_was_dropped() -> None:
    room = Room(10_000)
    held: Recent[NDArray[np.uint8]] = Recent(2, room)
    for key in "abc":
        held.get(key, lambda: np.ones(1_000, np.uint8))
    assert room.total_bytes == 2_000
    held.drop("b")
    assert room.total_bytes == 1_000


@dataclass(frozen=True)
class Pair:
    """A value with arrays in its fields."""

    first: dict[str, NDArray[np.uint8]]
    second: tuple[NDArray[np.uint8], ...]


def test_background_jobs_run_once_tell_progress_and_can_be_stopped() -> None:
    jobs = Jobs()
    seen = threading.Event()

    def work(job: Job) -> str:
        job.stage("counting", 3)
        job.advance(2)
        seen.set()
        return "done"

    job = jobs.job("a", work)
    assert jobs.job("a", work) is job
    assert job.finished.wait(5)
    assert (job.result, job.progress["steps_done"], job.progress["steps_of"]) == ("done", 2, 3)

    def endless(job: Job) -> None:
        while True:
            job.advance()
            time.sleep(0.01)

    long = jobs.job("b", endless)
    time.sleep(0.05)
    jobs.close()
    assert long.finished.wait(5)
    assert isinstance(long.error, Stopped)


def test_a_fault_in_a_job_is_told_and_the_next_one_runs() -> None:
    jobs = Jobs()

    def fails(_: Job) -> None:
        raise ZeroDivisionError

    broken = jobs.job("a", fails)
    assert broken.finished.wait(5)
    assert broken.error is not None
    sound = jobs.job("b", lambda job: 1)
    assert sound.finished.wait(5)
    assert sound.result == 1
    jobs.close()
