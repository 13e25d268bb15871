"""Reading a saved run: what it says of itself, what is wrong with its files, and its numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ripeness import engine
from ripeness.base import Fault, Month, RipenessError, content_hash, hash_file, month_range
from ripeness.ensemble.fans import QUANTILES, Fans
from ripeness.ensemble.plan import (
    FANS,
    FORMAT,
    INPUTS,
    OUTCOMES,
    PARAMETERS,
    PATHS,
    RUN,
    Plan,
    program_records,
)
from ripeness.ensemble.record import Floats, Posed, record_hash
from ripeness.ensemble.simulate import run_chunk
from ripeness.ensemble.start import StartFacts
from ripeness.flow import ProgramRecords, Run


def load_run(folder: Path | str) -> Run:
    """The run of a finished folder, after its files were compared with their hashes.

    `finals` is NaN but for the outcomes of its program, `paths` holds the members whose paths were saved.
    RipenessError names every fault of an unfinished, cut off or changed folder.
    """
    root = Path(folder)
    manifest = sound_manifest(root)
    plan, posed = Plan.read(manifest), read_inputs(root, manifest)
    fans = read_fans(root, plan, posed)
    outputs = len(plan.records.output_rows)
    finals = np.full((len(posed.names), outputs, plan.members), np.nan, plan.record["dtype"])
    finals[:, plan.outcome_index] = read_outcomes(root, plan)
    return Run(
        case=plan.record["case"],
        program=plan.records.name,
        policies=posed.names,
        months=month_range(posed.first_month, posed.until),
        start=posed.start,
        until=posed.until,
        finals=finals,
        means=fans.means,
        sds=fans.sds,
        paths=read_paths(root, plan, posed),
        parameters=read_parameters(root, plan.records),
        record=plan.record,
    )


def load_fans(folder: Path | str) -> Fans:
    """The fans of a finished folder, after its files were compared with their hashes."""
    root = Path(folder)
    manifest = sound_manifest(root)
    return read_fans(root, Plan.read(manifest), read_inputs(root, manifest))


def member_paths(folder: Path | str, member: int) -> NDArray[Any]:
    """Outputs of every month for one member, (NP, T, O), computed again from its parameters and seed."""
    root = Path(folder)
    manifest = sound_manifest(root)
    plan, posed = Plan.read(manifest), read_inputs(root, manifest)
    if not 0 <= member < plan.members:
        raise RipenessError(
            f"{root} has no member {member}", f"members are counted from 0 to {plan.members - 1}"
        )
    first = member - member % engine.BLOCK
    result = run_chunk(
        posed,
        read_parameters(root, plan.records, first, engine.BLOCK),
        first,
        first + engine.BLOCK,
        plan.record["backend"],
        plan.record["dtype"],
    )
    return result.paths[..., member - first].copy()


def read_manifest(root: Path) -> tuple[dict[str, Any], list[Fault]]:
    """Content of run.json and its own faults; empty where it cannot be read."""
    again = "run again into an empty folder"
    path = root / RUN
    if path.is_symlink() or not path.is_file():
        return {}, [Fault(RUN, None, "", None, f"{root} holds no {RUN}, so it is no saved run", again)]
    try:
        manifest = json.loads(path.read_text("utf-8"))
        sealed = content_hash({key: value for key, value in manifest.items() if key != "seal"})
        plan = Plan.read(manifest)
        consistent = (
            manifest["format"] == FORMAT
            and plan.record["hash"] == record_hash(plan.record)
            and plan.describe()["grid"] == manifest["grid"]
            and manifest["status"] in ("finished", "unfinished")
            and all(entry.keys() == {"bytes", "sha256"} for entry in manifest.get("files", {}).values())
        )
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RipenessError) as cause:
        problem = f"is cut off or was changed: {type(cause).__name__}: {cause}"
        return {}, [Fault(RUN, None, "", None, problem, again)]
    if sealed != manifest.get("seal"):
        return {}, [Fault(RUN, None, "seal", manifest.get("seal"), "was changed after the run", again)]
    if not consistent:
        problem = f"is not of format {FORMAT}, or contradicts itself"
        return {}, [Fault(RUN, None, "", manifest.get("format"), problem, again)]
    return manifest, []


def file_faults(root: Path, manifest: Mapping[str, Any]) -> list[Fault]:
    """Every file that the manifest lists and that is missing, cut off, changed or not a plain file."""
    faults = []
    remedy = "restore the file, or run again into another folder"
    for name, entry in sorted(manifest.get("files", {}).items()):
        path = root / name
        if _leads_outside(root, name):
            faults.append(Fault(name, None, "", None, "is a link, and a link cannot be certified", remedy))
        elif not path.is_file():
            faults.append(Fault(name, None, "", None, "is missing", remedy))
        elif path.stat().st_size != entry["bytes"]:
            problem = f"has {path.stat().st_size} bytes in place of {entry['bytes']}"
            faults.append(Fault(name, None, "", None, problem, remedy))
        elif (found := hash_file(path)) != entry["sha256"]:
            faults.append(Fault(name, None, "sha256", found, "was changed after the run", remedy))
    return faults


def read_inputs(root: Path, manifest: Mapping[str, Any]) -> Posed:
    """The numbers that were asked, from inputs.npz and the record."""
    record = manifest["run"]
    records = program_records(record)
    with np.load(root / INPUTS, allow_pickle=False) as stored:
        facts: list[Any] = [stored[f"start_{name}"] for name in StartFacts._fields if records.has_money]
        return Posed(
            program=records.name,
            names=tuple(record["policies"]),
            first_month=Month.parse(manifest["first_month"]),
            start=Month.parse(record["start"]),
            until=Month.parse(record["until"]),
            policies=stored["policies"],
            months=stored["months"],
            facts=StartFacts._make(value if value.ndim else float(value) for value in facts)
            if facts
            else None,
            seed=record["seed"],
        )


def read_parameters(root: Path, records: ProgramRecords, first: int = 0, length: int | None = None) -> Floats:
    """Parameter rows (P, n) of the members from `first` on, as drawn."""
    import pyarrow.parquet as pq

    names = list(records.parameter_names)
    with pq.ParquetFile(root / PARAMETERS) as file:
        ends = np.cumsum([file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)])
        stop = int(ends[-1]) if length is None else min(first + length, int(ends[-1]))
        groups = range(int(np.searchsorted(ends, first, "right")), int(np.searchsorted(ends, stop)) + 1)
        table = file.read_row_groups(list(groups), columns=names)
        skipped = first - (int(ends[groups[0] - 1]) if groups[0] else 0)
    return np.stack([_numbers(table.column(name))[skipped : skipped + stop - first] for name in names])


def _numbers(column: Any) -> NDArray[Any]:
    """Values of an Arrow column without gaps; its own `to_numpy` would load Pandas first, for a second."""
    kind = np.dtype({"float": "f4", "double": "f8", "uint32": "u4"}[str(column.type)])
    if column.null_count:
        raise RipenessError(
            f"a column of numbers has {column.null_count} gaps", "run again into another folder"
        )
    return np.concatenate(
        [
            np.frombuffer(part.buffers()[1], kind, len(part), part.offset * kind.itemsize)
            for part in column.chunks
        ]
    )


def read_outcomes(root: Path, plan: Plan) -> NDArray[Any]:
    """Outcomes (NP, R, N), in the order of `plan.outcome_rows`."""
    import pyarrow.parquet as pq

    names = plan.record["policies"]
    outcomes = np.empty((len(names), len(plan.outcome_rows), plan.members), plan.record["dtype"])
    with pq.ParquetFile(root / OUTCOMES) as file:
        groups = [(piece, p) for piece in plan.pieces for p in range(len(names))]
        if file.num_row_groups != len(groups):
            raise RipenessError(
                f"{root / OUTCOMES} has {file.num_row_groups} parts in place of {len(groups)}", "run again"
            )
        for i, ((first, length), p) in enumerate(groups):
            part = file.read_row_group(i)
            policy = part.column("policy").to_pylist()
            members = _numbers(part.column("member"))
            if policy != [names[p]] * length or not np.array_equal(members, np.arange(first, first + length)):
                raise RipenessError(
                    f"{root / OUTCOMES} does not hold members {first} to {first + length - 1} of {names[p]} "
                    f"as its part {i}",
                    "run again into another folder",
                )
            outcomes[p, :, first : first + length] = [_numbers(part.column(row)) for row in plan.outcome_rows]
    return outcomes


def read_paths(root: Path, plan: Plan, posed: Posed) -> NDArray[Any]:
    """Saved paths (NP, T, O, n); n is 0 where none were saved."""
    shape = (len(posed.names), posed.months.shape[0], len(plan.records.output_rows), plan.saved_paths)
    if not plan.saved_paths:
        return np.empty(shape, plan.record["dtype"])
    if (root / PATHS[1]).is_file():
        with np.load(root / PATHS[1], allow_pickle=False) as stored:
            return np.asarray(stored["outputs"])
    if find_spec("zarr") is None:
        raise RipenessError(f"{root / PATHS[0]} needs Zarr to be read", 'pip install "ripeness[store]"')
    import zarr

    return np.asarray(cast(Any, zarr.open_array(root / PATHS[0], mode="r"))[...])


def read_fans(root: Path, plan: Plan, posed: Posed) -> Fans:
    """The fans of a finished folder."""
    import pyarrow.parquet as pq

    months = tuple(str(month) for month in month_range(posed.first_month, posed.until))
    with pq.ParquetFile(root / FANS) as file:  # `read_table` would load Pandas first
        table = file.read()
    outputs = plan.records.output_rows
    shape = (len(posed.names), len(months), len(outputs))
    columns = {name: _numbers(table.column(name)).reshape(shape) for name in ("mean", "sd", *QUANTILES)}
    return Fans(
        posed.names,
        outputs,
        months,
        plan.fan_members,
        columns["mean"],
        columns["sd"],
        np.stack([columns[name] for name in QUANTILES]),
    )


def sound_manifest(root: Path) -> dict[str, Any]:
    """Manifest of a finished folder with every listed file as it was written."""
    manifest, faults = read_manifest(root)
    if not faults:
        faults = unfinished(manifest) or file_faults(root, manifest)
    if faults:
        raise damaged(root, faults)
    return manifest


def unfinished(manifest: Mapping[str, Any]) -> list[Fault]:
    """One fault where the run was interrupted."""
    if manifest["status"] == "finished":
        return []
    return [
        Fault(
            RUN,
            None,
            "status",
            "unfinished",
            "the run was interrupted",
            "give its command again to finish it",
        )
    ]


def damaged(root: Path, faults: Sequence[Fault]) -> RipenessError:
    """Error that names every fault of a folder."""
    listed = "\n  ".join(str(fault) for fault in faults)
    return RipenessError(
        f"{root} cannot be trusted:\n  {listed}\n", "restore the folder, or run again into another one"
    )


def _leads_outside(root: Path, name: str) -> bool:
    """Whether a name is or passes a link, or does not lie in the folder."""
    path = root / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        return True
    return any(step.is_symlink() for step in (path, *path.parents) if step != root and root in step.parents)
