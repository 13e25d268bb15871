"""The record of talks on one axis of time: sessions, the positions of both sides by issue, and pressure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ripeness.report.briefing.fans import data_table
from ripeness.report.briefing.marks import Mark, joined, mark, shape
from ripeness.report.briefing.scales import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PLUM,
    RULE,
    Scale,
    drawing,
    written,
)
from ripeness.report.documents import Document

WIDTH, RIGHT = 720, 12
LANE, ISSUE, GAP, HEAD = 34, 25, 7, 17
"""Width of the drawing, heights of a lane and of an issue, gap between them, room of a heading, in pixels."""

LETTER, MARGIN = 5.7, 16
"""Room that a letter of a lane's name takes at most, and that a name has around it, in pixels."""

MET = ("direct", "three_way")
"""Contacts at which both sides sat at one table."""

SESSIONS, OTHERS = "Sessions", "Exchanges, truces, other"
"""Names of the lanes of meetings, and of what is no meeting."""

PRESSURE = (
    (("cost", "strike"), "a", "Cost and strikes on {a}"),
    (("cost", "strike"), "d", "Cost and strikes on {d}"),
    (("to_talk",), "a", "Pressed to talk: {a}"),
    (("to_talk",), "d", "Pressed to talk: {d}"),
    (("threat",), "a", "Threats towards {a}"),
    (("threat",), "d", "Threats towards {d}"),
    (("arms",), "a", "Arms against {a}"),
    (("arms",), "d", "Arms against {d}"),
)
"""Lanes of pressure: kinds, whom it bears on, label."""

MARKS = (GREEN, PLUM)
"""Ticks that tighten and ticks that ease."""


class Lanes:
    """Lanes under each other; a lane knows where it begins."""

    def __init__(self, first: date, last: date, labels: Sequence[str]) -> None:
        self.left = round(LETTER * max(map(len, labels)) + MARGIN)
        self.x = Scale(first.toordinal(), last.toordinal(), self.left, WIDTH - RIGHT)
        self.first, self.last = first, last
        self.parts: list[Mark] = []
        self.height = HEAD + 4.0

    def at(self, day: str) -> float:
        """Place of a day on the axis of time."""
        return self.x(date.fromisoformat(day).toordinal())

    def lane(self, label: str, height: float, *content: Mark) -> None:
        """A lane with its name on the left; its content is drawn from its upper edge."""
        middle = height / 2
        self.parts.append(
            mark(
                "g",
                shape(
                    "rect", x=self.left, y=0, width=WIDTH - self.left - RIGHT, height=height, fill="#f5f6f8"
                ),
                written(label, self.left - 8.0, middle + 3.5, anchor="end", colour=INK),
                *content,
                transform=f"translate(0 {self.height:.1f})",
            )
        )
        self.height += height + GAP

    def heading(self, text: str) -> None:
        """A line of text over the lanes that follow."""
        self.parts.append(written(text, float(self.left), self.height + 9, anchor="start", bold=True))
        self.height += HEAD

    def years(self) -> Mark:
        """Years as hairlines through all lanes, and their numbers above."""
        lines = []
        span = self.last.year - self.first.year
        months = (1,) if span >= 3 else (1, 7)
        for year in range(self.first.year, self.last.year + 1):
            for month in months:
                day = date(year, month, 1)
                if not self.first <= day <= self.last:
                    continue
                at = self.x(day.toordinal())
                lines.append(
                    shape(
                        "line", x1=at, x2=at, y1=HEAD - 2, y2=self.height - GAP, stroke=RULE, stroke_width=1
                    )
                )
                text = str(year) if month == 1 else f"{year}-{month:02d}"
                lines.append(written(text, at, 11.0))
        return joined(*lines)


def timeline_figure(talks: Document, *, paper: bool) -> Mark:
    """Rounds, positions and pressure of a record under each other."""
    parties = talks["parties"]
    days = [row["start"] for row in talks["rounds"]] + [row["end"] for row in talks["rounds"]]
    days += [row["date"] for row in (*talks["positions"], *talks["events"])]
    issues = list(dict.fromkeys(row["issue"] for row in talks["positions"] if row["score"] is not None))
    pressure = {
        label.format(**parties): found
        for kinds, side, label in PRESSURE
        if (
            found := [
                e
                for e in talks["events"]
                if e["kind"] in kinds and e["target"] == parties[side] and e["direction"]
            ]
        )
    }
    labels = [SESSIONS, OTHERS, *(talks["issues"][issue] for issue in issues), *pressure]
    lanes = Lanes(date.fromisoformat(min(days)), date.fromisoformat(max(days)), labels)
    _sessions(lanes, talks["rounds"])
    if issues:
        lanes.heading(
            f"Positions by issue: up is towards {parties['a']}’s maximal aim, down towards {parties['d']}’s"
        )
        for issue in issues:
            _issue(lanes, talks["positions"], issue, parties, talks["issues"][issue])
    if pressure:
        lanes.heading("Acts of pressure: up tightens, down eases")
    for label, found in pressure.items():
        _pressure(lanes, found, label)
    words = (
        f"Record of talks from {lanes.first} to {lanes.last}: {len(talks['rounds'])} rounds and contacts, "
        f"{len(talks['positions'])} coded positions on {len(issues)} issues, {len(talks['events'])} acts of pressure, "
        "on one axis of time. The table below the chart holds all of them."
    )
    drawn = drawing(WIDTH, round(lanes.height), words, lanes.years(), *lanes.parts)
    caption = joined(
        mark("span", "Rounds, positions and pressure on one axis of time", class_="head"),
        mark("span", _legend(parties), class_="score"),
    )
    held = mark(
        "div", drawn, class_="scroll chart", role="region", aria_label="Chart: record of talks", tabindex="0"
    )
    return mark(
        "figure", mark("figcaption", caption), held, None if paper else _data(talks), class_="timeline"
    )


def _legend(parties: Document) -> Mark:
    return joined(
        "Sessions: filled, above, where both sides sat at one table; hollow, below, where a third party went between "
        "or met one of them. Positions: ",
        _key(shape("path", d="M0 5H22", stroke=BLUE, stroke_width="2.2"), parties["a"]),
        ", ",
        _key(
            shape("path", d="M0 5H22", stroke=ORANGE, stroke_width="2.2", stroke_dasharray="4 2"),
            parties["d"],
        ),
        ", ",
        _key(shape("path", d="M11 1L15 9H7Z", fill="#fff", stroke=INK), "proposals of others"),
        ". A light edge is the range that the coding leaves.",
    )


def _key(sample: Mark, text: str) -> Mark:
    return joined(drawing(22, 10, text, sample, spoken=False), f" {text}")


def _sessions(lanes: Lanes, rounds: Sequence[Document]) -> None:
    marks, others = [], []
    for row in rounds:
        at, end = lanes.at(row["start"]), lanes.at(row["end"])
        if not row["contact"]:
            others.append(shape("line", x1=at, x2=at, y1=4, y2=ISSUE - 4, stroke=MUTED, stroke_width="1.2"))
            continue
        met = row["contact"] in MET
        up = LANE * (0.3 if met else 0.7)
        if end - at > 2:
            marks.append(shape("line", x1=at, x2=end, y1=up, y2=up, stroke=INK, stroke_width="2"))
        marks.append(
            shape(
                "circle", cx=at, cy=up, r="3.4", fill=INK if met else "#fff", stroke=INK, fill_opacity=".75"
            )
        )
    if marks:
        lanes.lane(SESSIONS, LANE, *marks)
    if others:
        lanes.lane(OTHERS, ISSUE, *others)


def _issue(lanes: Lanes, positions: Sequence[Document], issue: str, parties: Document, label: str) -> None:
    y = Scale(0.0, 1.0, ISSUE - 4.0, 4.0)
    drawn: list[Mark] = []
    for actor, colour, dash in ((parties["a"], BLUE, None), (parties["d"], ORANGE, "4 2")):
        rows = sorted(
            (r for r in positions if r["issue"] == issue and r["actor"] == actor and r["score"] is not None),
            key=lambda row: str(row["date"]),
        )
        if not rows:
            continue
        for row, after in zip(rows, [*(r["date"] for r in rows[1:]), str(lanes.last)], strict=True):
            if row["low"] is not None and row["high"] is not None:
                drawn.append(
                    shape(
                        "rect",
                        x=lanes.at(row["date"]),
                        y=y(row["high"]),
                        width=max(lanes.at(after) - lanes.at(row["date"]), 0.5),
                        height=max(y(row["low"]) - y(row["high"]), 0.5),
                        fill=colour,
                        opacity=".14",
                    )
                )
        steps = f"M{lanes.at(rows[0]['date']):.1f} {y(rows[0]['score']):.1f}"
        for row in rows[1:]:
            steps += f"H{lanes.at(row['date']):.1f}V{y(row['score']):.1f}"
        steps += f"H{lanes.at(str(lanes.last)):.1f}"
        drawn.append(
            shape("path", d=steps, fill="none", stroke=colour, stroke_width="1.8", stroke_dasharray=dash)
        )
        drawn += [
            shape("circle", cx=lanes.at(row["date"]), cy=y(row["score"]), r="1.9", fill=colour)
            for row in rows
        ]
    for row in positions:
        if row["issue"] == issue and row["actor"] not in parties.values() and row["score"] is not None:
            at, up = lanes.at(row["date"]), y(row["score"])
            path = f"M{at:.1f} {up - 3.6:.1f}L{at + 3.4:.1f} {up + 2.8:.1f}H{at - 3.4:.1f}Z"
            drawn.append(shape("path", d=path, fill="#fff", stroke=INK, stroke_width=".9"))
    lanes.lane(label, ISSUE, *drawn)


def _pressure(lanes: Lanes, events: Sequence[Document], label: str) -> None:
    middle = ISSUE / 2
    drawn = [
        shape("line", x1=lanes.left, x2=WIDTH - RIGHT, y1=middle, y2=middle, stroke=MUTED, stroke_width=".6")
    ]
    for row in events:
        at, up = lanes.at(row["date"]), row["direction"] > 0
        drawn.append(
            shape(
                "line",
                x1=at,
                x2=at,
                y1=middle,
                y2=middle + (-9.5 if up else 9.5),
                stroke=MARKS[0 if up else 1],
                stroke_width="1.7",
            )
        )
    lanes.lane(label, ISSUE, *drawn)


def spoken(name: str) -> str:
    """A short name as people write it."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _data(talks: Document) -> Mark:
    rows = [
        *(
            (
                row["start"],
                "round or contact",
                ", ".join(filter(None, (spoken(row["contact"]), row["place"]))),
                row["outcome"] or "",
                row["quality"],
            )
            for row in talks["rounds"]
        ),
        *(
            (
                row["date"],
                f"position of {row['actor']}",
                talks["issues"][row["issue"]],
                f"{row['position']}" + ("" if row["score"] is None else f" (score {row['score']:g})"),
                row["quality"],
            )
            for row in talks["positions"]
        ),
        *(
            (
                row["date"],
                "act of pressure",
                f"{row['sender']} on {row['target']}",
                f"{row['description']} ({('eases', 'neither', 'tightens')[row['direction'] + 1]})",
                row["quality"],
            )
            for row in talks["events"]
        ),
    ]
    heads = ("Date", "What", "Who, where or on what", "Said or done", "Quality")
    return data_table("Record of talks", heads, [tuple(map(str, row)) for row in sorted(rows)])
