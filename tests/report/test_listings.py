from __future__ import annotations

from ripeness.report import bench_tables, shown_rows


def line(work: str, tool: str, rate: float) -> dict:
    return {
        "work": work,
        "tool": tool,
        "version": "1.0",
        "n": 1000,
        "state": "warm",
        "seconds": {"median": 0.01234},
        "rate": rate,
        "unit": "months/s",
    }


def test_speeds_stand_below_each_other_by_work() -> None:
    tables = bench_tables(
        {"records": [line("A", "ours", 1.5e6), line("B", "ours", 2.5), line("A", "theirs", 80.0)]}
    )
    assert [table.title for table in tables] == ["A", "B"]
    assert [row[0] for row in shown_rows(tables[0])] == ["ours 1.0", "theirs 1.0"]
    assert shown_rows(tables[0])[0][3:5] == ["0.0123", "1,500,000 months/s"]
