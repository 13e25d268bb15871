"""A small question, and a chunk that costs nothing but behaves as the engine's: a member's numbers are its own."""

import signal
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from ripeness import engine
from ripeness.base import Month, month_range
from ripeness.ensemble import chunk, record, saved, simulate
from ripeness.ensemble.simulate import Question
from ripeness.ensemble.start import StartFacts
from ripeness.flow import NEVER, MonthRow, Parameters, PolicyRow, Run, layout_of, records_of

OUTPUT_ROWS = records_of("money_chain").output_rows

FIRST, UNTIL = Month(2024, 1), Month(2024, 6)
MONTHS = month_range(FIRST, UNTIL)
N_PARAMETERS = layout_of(Parameters).size


def small_question(seed=1, names=("as_enacted", "harder", "softer")):
    """Three policies over six months; the second and third differ from the first by one lever."""
    rows = np.zeros((len(names), len(MONTHS), layout_of(PolicyRow).size))
    rows[:, :, 0] = np.arange(len(names))[:, None]
    rows[0, :, layout_of(PolicyRow)["is_reference"].start] = 1.0
    facts = [1.0] * len(StartFacts._fields)
    facts[StartFacts._fields.index("taxable_price")] = np.ones(12)
    case = SimpleNamespace(
        name="small", program="money_chain", content_hash="c0", first_month=FIRST, data_until=Month(2024, 3)
    )
    months = np.ones((len(MONTHS), layout_of(MonthRow).size))
    return Question(case, tuple(names), rows, months, Month(2024, 2), UNTIL, StartFacts(*facts), seed)


def small_parameters(members, first=0):
    """Rows that depend on the member only; three of them vary."""
    rows = np.ones((N_PARAMETERS, members))
    number = np.arange(first, first + members)
    for row, step in ((0, 7919), (1, 104729), (2, 1299709)):
        rows[row] = (number * step % 10007) / 10007
    return rows


def cheap_chunk(question, parameters, first, keep_paths, backend="kernel", dtype="float32"):
    """Outputs from parameters, policy, month, seed and row by arithmetic; counters as a real run's."""
    _, month, output, _ = np.ogrid[
        : len(question.policies), : len(question.months), : len(OUTPUT_ROWS), : parameters.shape[1]
    ]
    lever = question.policies[:, 0, 0][:, None, None, None]
    plain = parameters[0] * (output + 1) + lever * (parameters[1] - 0.4) + 0.1 * month * parameters[2]
    # Multiples of 2^-10, so that sums of squares are exact however members are grouped, as the engine's are.
    values = (np.round((plain + question.seed) * 1024) / 1024).astype(dtype)
    for name in ("months_to_stressed", "months_to_constrained", "months_to_unsustainable"):
        reached = parameters[2] < 0.3
        values[:, :, OUTPUT_ROWS.index(name)] = np.where(reached, np.ceil(parameters[1] * 4) + 1, NEVER)
    kept = max(0, min(keep_paths - first, parameters.shape[1]))
    totals = values.astype(np.float64)
    zero = np.zeros(values.shape[:3])
    return engine.Result(
        finals=values[:, -1],
        paths=np.ascontiguousarray(values[..., :kept]),
        sums=totals.sum(axis=3),
        sums_sq=(totals**2).sum(axis=3),
        sums_tail=zero,
        sums_sq_tail=zero,
        state=np.empty((len(question.policies), 0, parameters.shape[1])),
    )


@pytest.fixture
def small():
    """What tests of runs share."""
    return SimpleNamespace(
        question=small_question,
        parameters=small_parameters,
        run=run_of,
        months=MONTHS,
        file=__file__,
        process=run_in_a_process_of_its_own,
    )


@pytest.fixture
def cheap(monkeypatch):
    """Replace the engine by `cheap_chunk` wherever a run is computed."""
    for module in (chunk, saved, simulate):
        monkeypatch.setattr(module, "run_chunk", cheap_chunk)


def run_in_a_process_of_its_own(folder, members, signal_after=None, signal_number=signal.SIGKILL):
    """Run to a folder in another process, which gets a signal once `signal_after` chunks are there."""
    script = f"""
import importlib.util, os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent in the background hands it down ignored
spec = importlib.util.spec_from_file_location("small", {__file__!r})
small = importlib.util.module_from_spec(spec)
spec.loader.exec_module(small)
from ripeness.ensemble import record
for module in (small.chunk, small.saved, small.simulate):
    module.run_chunk = small.cheap_chunk
record.model_version = lambda: {record.model_version()!r}
from ripeness.ensemble.store import simulate_to_folder
there = []
def done(length):
    there.append(length)
    if len(there) == {signal_after}:
        os.kill(os.getpid(), {int(signal_number)})
simulate_to_folder(small.small_question(), small.small_parameters({members}), {str(folder)!r}, threads=1, done=done)
"""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).returncode


def run_of(finals, parameters=None, policies=("as_enacted", "harder", "softer")):
    """A run whose last month holds `finals`, name -> (NP, N); all other outputs are NaN."""
    shape = next(iter(finals.values())).shape
    rows = np.full((shape[0], len(OUTPUT_ROWS), shape[1]), np.nan)
    for name, values in finals.items():
        rows[:, OUTPUT_ROWS.index(name)] = values
    empty = np.zeros((shape[0], len(MONTHS), len(OUTPUT_ROWS)))
    return Run(
        case="small",
        program="money_chain",
        policies=tuple(policies[: shape[0]]),
        months=MONTHS,
        start=Month(2024, 2),
        until=UNTIL,
        finals=rows,
        means=empty,
        sds=empty,
        paths=np.empty((*empty.shape, 0)),
        parameters=small_parameters(shape[1]) if parameters is None else parameters,
    )
