"""The saved run: a folder that can be interrupted, gone on with, read and verified.

    run.json            what was asked, versions, hardware, times, chunk grid, hash of every file
    inputs.npz          policy rows, month rows and start facts, as the engine takes them
    parameters.parquet  one row a member
    outcomes.parquet    one row a policy and member: outputs of the last month that metrics need
    fans.parquet        one row a policy, month and output: moments and quantiles
    paths.zarr          whole paths of the first members, where asked for (paths.npz without Zarr)
    chunks/             only until the run is finished

Chunks are written whole or not at all, so a run that was cut off goes on where it stopped. Memory
grows with the chunks in flight and the members whose paths are kept, not with all members.
"""

from __future__ import annotations

import fcntl
import json
import os
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from ripeness.base import Month, RipenessError, content_hash, hash_file
from ripeness.ensemble.chunk import Arrays, chunk_arrays, chunk_digest, chunk_path, read_chunk, write_chunk
from ripeness.ensemble.cluster import on_cluster
from ripeness.ensemble.plan import (
    CHUNKS,
    FAN_MEMBERS,
    FANS,
    INPUTS,
    OUTCOMES,
    PARAMETERS,
    RUN,
    Plan,
    chunk_size,
)
from ripeness.ensemble.record import (
    DrawParameters,
    Floats,
    Posed,
    drawn,
    hardware,
    member_count,
    run_record,
    versions,
)
from ripeness.ensemble.saved import damaged, file_faults, read_manifest
from ripeness.ensemble.simulate import Question, simulate, usable_cores
from ripeness.ensemble.tables import (
    place_paths,
    write_fans_of_chunks,
    write_inputs,
    write_outcomes,
    write_parameters,
)
from ripeness.ensemble.whole_files import drop_parts, is_part, place, write_whole
from ripeness.flow import Run


def run_in_memory(
    question: Question,
    parameters: Floats,
    *,
    data_as_of: Month | None = None,
    keep_paths: int = FAN_MEMBERS,
    backend: str = "kernel",
    dtype: str = "float32",
    threads: int | None = None,
    done: Callable[[int], None] | None = None,
) -> Run:
    """A run with its record, kept in memory only; the numbers are those of `simulate_to_folder`."""
    dtype = "float64" if backend == "reference" else dtype
    run = simulate(
        question,
        parameters,
        keep_paths=keep_paths,
        backend=backend,
        dtype=dtype,
        threads=threads,
        done=done,
    )
    record = run_record(question, parameters, data_as_of=data_as_of, backend=backend, dtype=dtype)
    return replace(run, record=record)


def simulate_to_folder(
    question: Question,
    parameters: Floats | DrawParameters,
    folder: Path | str,
    *,
    members: int | None = None,
    data_as_of: Month | None = None,
    fan_members: int = FAN_MEMBERS,
    saved_paths: int = 0,
    backend: str = "kernel",
    dtype: str = "float32",
    threads: int | None = None,
    cluster: str | None = None,
    done: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Run every chunk that the folder does not hold yet and finish it; returns the content of run.json.

    `parameters` is an array (P, N), or a function that draws the members it is asked for, with
    `members` saying how many; the function keeps memory constant. `saved_paths` members keep their
    whole paths. `cluster` is the address of a `dask.distributed` scheduler; threads are used
    otherwise. `done` is called with the members of each chunk that is there. Numbers do not depend on
    threads, cluster or interruptions.

    Raises:
        RipenessError: the folder holds another run or other files, is in use, or cannot be written;
            an outcome is not a number; a finished run in it is damaged.
    """
    count = member_count(parameters, members)
    record = run_record(
        question, parameters, members=count, data_as_of=data_as_of, backend=backend, dtype=dtype
    )
    plan = Plan(record, chunk_size(count), min(fan_members, count), min(saved_paths, count))
    root = Path(folder)
    _make(root)
    with _alone(root):
        manifest = _opened(root, plan)
        if manifest["status"] == "finished":
            if faults := file_faults(root, manifest):
                raise damaged(root, faults)
            if done is not None:
                done(count)
            return manifest
        began = perf_counter()
        posed = Posed.of(question)
        _run_missing(root, plan, posed, parameters, threads, cluster, done)
        return _finished(root, plan, posed, manifest, perf_counter() - began)


def _make(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise RipenessError(
            f"cannot make the folder {root}: {cause.strerror}", "choose another one"
        ) from cause


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the folder against a second writer; the system lets go when this process ends, however it ends."""
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RipenessError(
                f"another process is writing to {root}", "wait for it or choose another folder"
            ) from None
        except OSError:
            pass  # file systems without locks: chunks are the same whoever writes them
        yield
    finally:
        os.close(handle)


def _opened(root: Path, plan: Plan) -> dict[str, Any]:
    """Manifest of the folder: a new one in an empty folder, the one in it where it is of the same run."""
    found = sorted(path.name for path in root.iterdir() if not is_part(path))
    if RUN not in found:
        if found:
            shown = ", ".join(found[:5]) + (" and others" if len(found) > 5 else "")
            raise RipenessError(
                f"{root} is not empty and holds no saved run ({shown})", "choose an empty or new folder"
            )
        manifest = plan.describe() | {"status": "unfinished", "started": _now()}
        write_manifest(root, manifest)
        return manifest
    manifest, faults = read_manifest(root)
    if faults:
        raise damaged(root, faults)
    theirs, ours = _flat(manifest), _flat(plan.describe())
    differing = [key for key in ours if theirs.get(key) != ours[key]]
    if differing:
        listed = "; ".join(f"{key} is {theirs.get(key)} there and {ours[key]} here" for key in differing[:8])
        raise RipenessError(
            f"{root} holds another run: {listed}{'; and others' if len(differing) > 8 else ''}",
            "choose another folder, or ask what was asked there",
        )
    return manifest


def _flat(described: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of the record and the grid by name; the hash over all of them says nothing of its own."""
    flat = {"format": described["format"], **described["grid"]}
    for key, value in described["run"].items():
        if key == "policy_hashes":
            flat |= {f"policy {name}": digest for name, digest in value.items()}
        elif key != "hash":
            flat[key] = value
    return flat


def _run_missing(
    root: Path,
    plan: Plan,
    posed: Posed,
    parameters: Floats | DrawParameters,
    threads: int | None,
    cluster: str | None,
    done: Callable[[int], None] | None,
) -> None:
    (root / CHUNKS).mkdir(exist_ok=True)
    missing = []
    for piece in plan.pieces:
        if _holds(root, plan, posed, piece):
            if done is not None:
                done(piece[1])
        else:
            missing.append(piece)

    def write(piece: tuple[int, int], arrays: Arrays) -> None:
        write_chunk(chunk_path(root, piece[0]), plan, arrays)

    def compute(piece: tuple[int, int]) -> None:
        write(piece, chunk_arrays(posed, drawn(parameters, *piece), piece[0], plan))

    if cluster is not None:
        for piece, arrays in on_cluster(
            cluster, chunk_arrays, posed, plan, missing, lambda piece: drawn(parameters, *piece)
        ):
            write(piece, arrays)
            if done is not None:
                done(piece[1])
        return
    _in_threads(compute, missing, threads or usable_cores(), done)


def _in_threads(
    compute: Callable[[tuple[int, int]], None],
    pieces: Sequence[tuple[int, int]],
    workers: int,
    done: Callable[[int], None] | None,
) -> None:
    """Compute every piece; an error or an interruption lets the pieces under way end and starts no other."""
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        waiting: dict[Future[None], int] = {pool.submit(compute, piece): piece[1] for piece in pieces}
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                future.result()
                length = waiting.pop(future)
                if done is not None:
                    done(length)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def write_manifest(root: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Write run.json with a seal: the content hash of all the rest, against damage, not against forgery."""
    plain = {key: value for key, value in manifest.items() if key != "seal"}
    sealed = {**plain, "seal": content_hash(plain)}
    text = json.dumps(sealed, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(root / RUN, lambda stream: stream.write(text.encode("utf-8")))
    return sealed


def _holds(root: Path, plan: Plan, posed: Posed, piece: tuple[int, int]) -> bool:
    """Whether the chunk is there and whole; a damaged one is computed again, and said to be."""
    path = chunk_path(root, piece[0])
    if not path.exists():
        return False
    try:
        arrays = read_chunk(path)
        digest = arrays.pop("digest").tobytes().hex()
        whole = digest == chunk_digest(plan, arrays)
        whole &= arrays["outcomes"].shape == (len(posed.names), len(plan.outcome_rows), piece[1])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, RipenessError):
        whole = False
    if not whole:
        warnings.warn(f"{path} is damaged; its members are computed again", RuntimeWarning, stacklevel=2)
    return whole


def _finished(
    root: Path, plan: Plan, posed: Posed, manifest: Mapping[str, Any], seconds: float
) -> dict[str, Any]:
    """Write the folder's files from its chunks, then the manifest, then drop the chunks."""
    place(root / INPUTS, lambda stream: write_inputs(stream, posed))
    place(root / PARAMETERS, lambda stream: write_parameters(stream, root, plan))
    place(root / OUTCOMES, lambda stream: write_outcomes(stream, root, plan, posed))
    place(root / FANS, lambda stream: write_fans_of_chunks(stream, root, plan, posed))
    names = [INPUTS, PARAMETERS, OUTCOMES, FANS]
    if plan.saved_paths:
        names += place_paths(root, plan, posed)
    files = {
        name: {"bytes": (root / name).stat().st_size, "sha256": hash_file(root / name)}
        for name in sorted(names)
    }
    complete = {
        **manifest,
        "status": "finished",
        "first_month": str(posed.first_month),
        "finished": _now(),
        "seconds_of_last_session": round(seconds, 3),
        "versions": versions(),
        "hardware": hardware(),
        "files": files,
    }
    complete = write_manifest(root, complete)
    for first, _ in plan.pieces:
        chunk_path(root, first).unlink(missing_ok=True)
    for written_in in (root, root / CHUNKS):
        drop_parts(written_in)
    if not any((root / CHUNKS).iterdir()):
        (root / CHUNKS).rmdir()
    return complete


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
