"""The lab on HTTP: how fast a moved lever is answered, alone and with many people at once; memory while they are there.

python -m bench.lab [--quick]

A server runs in a process of its own and is asked on loopback. Every question is a new one, so that no answer is
held; connections are kept. Chromium is not in this: `tests/page` times the page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.timing import machine

MEMBERS = 500
PRESSES = 200
PEOPLE, SECONDS, PAUSE = 50, 60.0, 1.0
CHARTS = (
    "brent_usd_bbl",
    "fob_discount_usd_bbl",
    "export_volume_mbd",
    "export_revenue_usd_bn",
    "oil_gas_revenue_rub_trn",
    "liquid_fund_rub_trn",
)
"""Charts in sight while a lever is moved in the view of money."""

LEVERS = ("waiver", "cap_enforcement", "services_ban", "secondary_sanctions", "talks", "insurance_checks")


class Line:
    """One connection that is kept."""

    def __init__(self, port: int, name: str) -> None:
        self._port, self._name = port, name
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[int, bytes, float]:
        """Status, body and seconds of one request."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        began = perf_counter()
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nX-Client: {self._name}\r\n"
            "Accept-Encoding: gzip\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(length[1])) if length else b""
        return int(head.split(None, 2)[1]), body, perf_counter() - began

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()


def question(person: int, press: int, whole: bool = False) -> str:
    """A lever at a value that nobody has asked for."""
    lever = LEVERS[(person + press // 20) % len(LEVERS)]
    value = (press * 0.618034 + person * 0.0137) % 1.0
    part = "" if whole else f"&part=moved&charts={','.join(CHARTS)}"
    return f"/api/v1/money?v=1&n={MEMBERS}&l.{lever}={value:.6f}{part}"


async def alone(port: int, presses: int, *, whole: bool) -> list[float]:
    """Seconds of one person's moves, one after the other."""
    line, seconds = Line(port, "alone"), []
    for press in range(presses):
        status, _, took = await line.get(question(900 + whole, press, whole))
        assert status == 200
        seconds.append(took)
    line.close()
    return seconds


async def together(port: int, people: int, seconds: float, memory: Any) -> dict[str, Any]:
    """Many people who each move a lever about once a second; statuses, seconds, and memory over time."""
    ends = perf_counter() + seconds
    took: list[float] = []
    statuses: dict[int, int] = {}

    async def person(number: int) -> None:
        line, press = Line(port, f"person {number}"), 0
        await asyncio.sleep(PAUSE * number / people)
        while perf_counter() < ends:
            status, _, spent = await line.get(question(number, press))
            took.append(spent)
            statuses[status] = statuses.get(status, 0) + 1
            press += 1
            await asyncio.sleep(max(PAUSE - spent, 0.0))
        line.close()

    held: list[float] = []

    async def watch() -> None:
        while perf_counter() < ends:
            held.append(memory())
            await asyncio.sleep(2.0)

    await asyncio.gather(watch(), *(person(number) for number in range(people)))
    third = max(len(held) // 3, 1)
    return {
        "people": people,
        "seconds": seconds,
        "answers": len(took),
        "statuses": statuses,
        **quantiles(took),
        "memory_mb_first_third": round(max(held[:third]), 1),
        "memory_mb_last_third": round(max(held[-third:]), 1),
    }


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds at which half and most were answered."""
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(1000.0 * ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1)

    return {"p50_ms": at(0.5), "p95_ms": at(0.95), "max_ms": at(1.0)}


def rss(pid: int) -> float:
    """Memory of a process, MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu(pid: int) -> float:
    """CPU seconds of a process."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


async def measured(port: int, pid: int, quick: bool) -> list[dict[str, Any]]:
    """All measurements against a warm server."""
    line = Line(port, "bench")
    while not json.loads((await line.get("/health"))[1])["ready"]:
        await asyncio.sleep(0.2)
    await alone(port, 20, whole=False)
    presses = PRESSES // 4 if quick else PRESSES
    lines = []
    for work, whole in (("a moved lever, what moves", False), ("a moved lever, whole document", True)):
        before = cpu(pid)
        seconds = await alone(port, presses, whole=whole)
        spent = 1000.0 * (cpu(pid) - before) / presses
        lines.append(
            {
                "work": work,
                "members": MEMBERS,
                "presses": presses,
                **quantiles(seconds),
                "cpu_ms": round(spent, 1),
            }
        )
    people, length = (10, 8.0) if quick else (PEOPLE, SECONDS)
    before = cpu(pid)
    found = await together(port, people, length, lambda: rss(pid))
    lines.append({"work": "many people", **found, "cores_used": round((cpu(pid) - before) / length, 2)})
    line.close()
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 where a request failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.lab", description="Speed of the lab.")
    parser.add_argument("--quick", action="store_true", help="few presses, ten people, some seconds")
    options = parser.parse_args(arguments)
    command = [sys.executable, "-m", "ripeness", "serve", "--no-browser", "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        said = server.stderr.readline()
        port = int(re.search(r":(\d+)/", said)[1])  # type: ignore[index]
        print(json.dumps({"machine": machine(), "load": os.getloadavg()}))
        lines = asyncio.run(measured(port, server.pid, options.quick))
    finally:
        server.terminate()
        server.wait(10)
    for line in lines:
        print(json.dumps(line))
    return 0 if set(lines[-1]["statuses"]) == {200} else 1


if __name__ == "__main__":
    raise SystemExit(main())
