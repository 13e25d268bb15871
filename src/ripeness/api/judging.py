"""Is it any good: calibration, proof of a saved run, and speed. Forecasts as of past months are in `backcasting`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ripeness.api.progress import Progress, told
from ripeness.api.results import RUN_KEYS, Answer, run_block
from ripeness.api.simulation import Options, When, make_ready, month
from ripeness.base import RipenessError, content_hash, suggestion
from ripeness.case import Case, load
from ripeness.ensemble.metrics import statistic
from ripeness.ensemble.verify import verify_run
from ripeness.report import bench_tables, fit_tables, verify_tables

if TYPE_CHECKING:
    from ripeness.fit import Posterior, Shift


def fit(
    case: str | Path | Case = "ukraine",
    *,
    cutoff: When = None,
    part: str | None = None,
    coupled: bool = False,
    particles: int = 2048,
    repeats: int = 4,
    seed: int = 1,
    out: str | Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Parameters given the record before `cutoff`, saved for later runs of the case, with diagnostics.

    The default is a full fit: four independent runs, of which at least 4,000 effective draws are asked. R-hat and
    effective sizes by parameter need the extra `analysis`; without it the fit runs and says what is missing.

    Args:
        case: name of a shipped case, or a folder.
        cutoff: month before which the record is read; all of it by default.
        part: `money` or `war`; by default every part of the case's program, money first.
        coupled: fit money and war to both records at once, and say what moves against the fit by parts; saved in a
            folder of its own that no run reads.
        particles: draws of one run.
        repeats: independent runs, pooled; their agreement is a diagnostic. At most 2,048 draws are kept of all.
        seed: counter of the random numbers.
        out: folder for the draws; the case's own `posterior` folder by default.
        threads: threads; all cores by default.
        progress: listener of progress.

    Raises:
        RipenessError: an option or the case is at fault, or the folder cannot be written.
    """
    from ripeness.fit import fit_coupled, fit_posterior, parts_of_program, posterior_of, save_posterior

    Options(max(particles, 20), seed, threads=threads)
    if particles < 64 or repeats < 1:
        raise RipenessError(
            f"{particles} particles, {repeats} repeats", "ask for 64 particles and 1 repeat or more"
        )
    loaded = load(case) if isinstance(case, str | Path) else case
    before = month(cutoff, "cutoff")
    parts = parts_of_program(loaded.program)
    chosen = next((each for each in parts if each == part), None)
    if part is not None and chosen is None:
        raise RipenessError(f"case {loaded.name} has no part {part!r}", suggestion(part, parts, "part"))
    if coupled and chosen is not None:
        raise RipenessError("a coupled fit has no parts", "leave out --part, or --coupled")
    runs = repeats * (1 if chosen or coupled else len(parts))
    with told(progress) as heard:
        make_ready(loaded, "float64", heard)
        heard.stage("fitting: each repeat cools the record in steps from 0 to 1", 1000 * runs)
        reached = [0.0, 0]

        def stage_done(power: float) -> None:
            if power < reached[0]:
                reached[0], reached[1] = 0.0, int(reached[1]) + 1
            heard.advance(round(1000 * (power - reached[0])))
            reached[0] = power

        options: dict[str, Any] = {
            "particles": particles,
            "repeats": repeats,
            "seed": seed,
            "threads": threads,
            "stage_done": stage_done,
        }
        if coupled:
            posterior = fit_coupled(loaded, before, **options)
            by_parts = posterior_of(loaded, posterior.cutoff)
            if by_parts is None or set(by_parts.parts) != set(parts):
                heard.stage("fitting by parts, to compare", 1000 * runs * len(parts))
                reached[:] = [0.0, 0]
                by_parts = fit_posterior(loaded, before, **options)
        else:
            posterior, by_parts = fit_posterior(loaded, before, part=chosen, **options), None
        folder = loaded.folder / "posterior" if out is None else Path(out)
        try:
            saved = save_posterior(posterior, folder, _command(loaded, posterior, chosen, coupled, options))
        except OSError as cause:
            raise RipenessError(
                f"cannot write to {folder}: {cause.strerror}", "name another with --out"
            ) from cause
    return _fitted(loaded, posterior, particles, seed, saved, by_parts)


def _command(
    case: Case, posterior: Posterior, part: str | None, coupled: bool, options: dict[str, Any]
) -> str:
    """The command that makes the same draws again on the same machine."""
    words = ["ripeness fit", case.name, f"--cutoff {posterior.cutoff}"]
    words += [f"--part {part}"] * (part is not None) + ["--coupled"] * coupled
    return " ".join([*words, *(f"--{name} {options[name]}" for name in ("particles", "repeats", "seed"))])


def _fitted(
    case: Case,
    posterior: Posterior,
    particles: int,
    seed: int,
    saved: Path,
    by_parts: Posterior | None = None,
) -> Answer:
    from ripeness.fit import MISSING, has_arviz, shifts

    labels = posterior.names
    parameters: dict[str, dict[str, Any]] = {
        name: {
            "label": case.parameters[name].label,
            "unit": case.parameters[name].unit,
            "posterior": statistic(np.asarray(row, dtype=np.float64), case.parameters[name].unit),
            "contraction": posterior.contraction.get(name),
            **(
                {"convergence": posterior.convergence[name].rounded()}
                if name in posterior.convergence
                else {}
            ),
        }
        for name, row in zip(labels, posterior.draws, strict=True)
    }
    known = {
        "case": case.name,
        "case_hash": case.content_hash,
        "policy_hashes": {},
        "data_as_of": str(posterior.cutoff - 1),
        "seed": seed,
        "members": particles,
        "mode": "replay",
        "start": str(case.first_month),
        "until": str(posterior.cutoff - 1),
    }
    document = {
        "schema": "ripeness/fit/1",
        "run": hashed(run_block(**known), {"posterior": posterior.hash}),
        "cutoff": str(posterior.cutoff),
        "posterior": posterior.hash,
        "parameters": parameters,
        "diagnostics": finite(posterior.diagnostics),
        "pools": [
            {"pool": pool.name, "members": list(pool.members), "because": pool.because} for pool in case.pools
        ],
        "saved": str(saved),
    }
    moved = shifts(case, by_parts, posterior) if by_parts is not None else ()
    if by_parts is not None:
        document["coupled"] = {
            "against": by_parts.hash,
            "shifts": [finite(asdict(each)) for each in moved],
            "note": UNCOUPLED,
        }
    rows = tuple(
        {
            "parameter": name,
            "unit": about["unit"],
            "contraction": about["contraction"],
            **{key: about["posterior"][key] for key in ("mean", "p05", "p50", "p95")},
        }
        for name, about in parameters.items()
    )
    narrowed = sum(1 for value in posterior.contraction.values() if value < 0.5)
    said = (
        f"Fitted to the record before {posterior.cutoff}: {narrowed} of {len(posterior.contraction)} free "
        "parameters have less than half of their prior spread left.",
        *_agreement(posterior),
        *([] if has_arviz() or "runs" not in posterior.diagnostics else [MISSING]),
        *_moved_most(moved),
        f"Saved as {saved}.",
    )
    return Answer(
        document, f"{case.name}: fit to the record before {posterior.cutoff}", rows, fit_tables, said
    )


UNCOUPLED = (
    "Money and war are coupled here; bargaining constants are not: they are conditioned on no deal so far at run time, "
    "and bend no parameter of the world."
)
"""What a coupled fit leaves apart."""


def _agreement(posterior: Posterior) -> list[str]:
    """How far independent runs of each part agree."""
    said = []
    fits: list[tuple[str, Posterior]] = [*posterior.parts.items()] or [("", posterior)]
    for part, fitted in fits:
        known = fitted.diagnostics
        if "effective_between_runs" not in known:
            continue
        own = sum(known["effective_draws"]) if isinstance(known["effective_draws"], list) else 0.0
        text = (
            f"{known['runs']} independent runs with {known['draws']} draws, worth {own:.0f} by ancestry and "
            f"{known['effective_between_runs']:.0f} by the scatter of their means"
        )
        if "largest_r_hat" in known:
            text += (
                f"; largest R-hat {known['largest_r_hat']:.4f}, least bulk size {known['least_ess_bulk']:.0f}"
            )
        said.append(f"{part}: {text}." if part else f"{text}.")
    return said


def _moved_most(moved: Sequence[Shift]) -> list[str]:
    if not moved:
        return []
    first = moved[0]
    bent = sum(1 for each in moved if each.part == "money" and abs(each.shift) > 0.1)
    return [
        f"Coupled against by parts: {first.name} moves most, by {first.shift:+.2f} prior sd; the war's record bends "
        f"{bent} money parameters by more than a tenth of their prior sd.",
        UNCOUPLED,
    ]


def verify(folder: str | Path, *, recompute: bool = False, progress: Progress | None = None) -> Answer:
    """Prove a saved run: every hash again and, with `recompute`, some of its futures simulated again.

    Nothing is raised for what is wrong with the folder: `document["faults"]` lists it.
    """
    with told(progress) as heard:
        if recompute:
            heard.stage("simulating part of the run again")
        report = verify_run(folder, recompute=recompute)
    faults = [fault.as_record() for fault in report.faults]
    document = {
        "schema": "ripeness/verify/1",
        "run": run_block(**{key: report.run[key] for key in RUN_KEYS if key in report.run}),
        "folder": str(folder),
        "ok": report.ok,
        "readable": not any(_unreadable(fault) for fault in faults),
        "faults": faults,
        "files": list(report.files),
        "uncertified": list(report.uncertified),
        "members_recomputed": report.members_recomputed,
        "identical": report.identical,
        "largest_difference": report.largest_difference,
    }
    if not report.ok:
        said = f"{folder} is not certified: {len(faults)} fault{'s' * (len(faults) != 1)}."
    elif report.members_recomputed:
        said = f"{folder} is certified: every file as written, and {report.members_recomputed} futures come out again."
    else:
        said = f"{folder} is certified: every file as written. --recompute simulates part of it again."
    return Answer(document, f"Proof of {folder}", tuple(faults), verify_tables, (said,))


def _unreadable(fault: dict[str, Any]) -> bool:
    """Whether a fault of a run folder is that something is missing or cut off, and not that it says something else."""
    told_apart = (
        "is missing",
        "bytes in place of",
        "is cut off",
        "is no saved run",
        "was interrupted",
        "cannot be read",
    )
    return any(words in fault["problem"] for words in told_apart)


def bench(*, quick: bool = False, progress: Progress | None = None) -> Answer:
    """The speed tables, measured here and now; they lie beside the package in a checkout.

    RipenessError where there is no checkout, or a check value of a benchmark does not agree.
    """
    root = Path(__file__).parents[3]
    if not (root / "bench" / "run.py").is_file():
        raise RipenessError(
            "the benchmarks are not part of an installed package",
            "run `make bench` in a checkout of the source",
        )
    command = [sys.executable, "-m", "bench.run", *(["--quick"] if quick else [])]
    with told(progress) as heard:
        heard.stage("timing; minutes, and the machine should do nothing else")
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise RipenessError(
            f"the benchmarks ended with an error: {reason[0]}", f"run it by hand: {' '.join(command[1:])}"
        )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    machine: dict[str, Any] = next((line["machine"] for line in lines if "machine" in line), {})
    records = [line for line in lines if "work" in line]
    document = {"schema": "ripeness/bench/1", "run": run_block(), "machine": machine, "records": records}
    said = (f"{machine.get('cpu', 'this machine')}, {machine.get('cores', '?')} cores.",)
    return Answer(document, "Speed", tuple(_flat(record) for record in records), bench_tables, said)


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    seconds = {f"seconds_{key}": value for key, value in record["seconds"].items()}
    return {key: value for key, value in record.items() if not isinstance(value, dict | list)} | seconds


def hashed(block: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """A run block with a hash over its entries and over what else the numbers depend on."""
    return {**block, "hash": content_hash({**block, **more})}


def finite(value: Any) -> Any:
    """Plain values in which numbers that do not exist are None."""
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
