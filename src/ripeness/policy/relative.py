"""Months of a policy as its author writes them: counted from its start, or dated."""

from __future__ import annotations

import re

from ripeness.base import Month, RipenessError

_AFTER_START = re.compile(r"start(?:\s*\+\s*(\d+))?", re.ASCII)


def month_of(text: str, start: Month, stop: Month) -> Month:
    """Month that `start`, `start+6`, `end` or `2026-03` stands for; `end` is `stop`.

    RipenessError for anything else.
    """
    written = text.strip()
    if written == "end":
        return stop
    if found := _AFTER_START.fullmatch(written):
        return start + int(found[1] or 0)
    try:
        return Month.parse(written)
    except RipenessError:
        raise RipenessError(
            f"{text!r} is no month of a policy", "write start, start+6, end, or a month such as 2026-03"
        ) from None
