"""The files of a finished run, written from its chunks with one chunk or one policy in memory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from ripeness.base import hash_folder, month_range
from ripeness.engine.program import add_exactly
from ripeness.ensemble.chunk import SUMS, part_of_chunk
from ripeness.ensemble.fans import QUANTILES, Fans, moments, path_quantiles, stacked, uncensored
from ripeness.ensemble.plan import PATHS, Plan
from ripeness.ensemble.record import Floats, Posed
from ripeness.ensemble.whole_files import PART, in_the_way, place, unwritable


def write_inputs(stream: IO[bytes], posed: Posed) -> None:
    """Policy rows, month rows and start facts, as the engine takes them."""
    known = {} if posed.facts is None else posed.facts._asdict()
    facts = {f"start_{name}": np.asarray(value) for name, value in known.items()}
    np.savez(stream, policies=posed.policies, months=posed.months, **cast(Any, facts))


def write_parameters(stream: IO[bytes], root: Path, plan: Plan) -> None:
    """Parameters as drawn, one row a member."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(plan.records.parameter_names)
    schema = pa.schema([("member", pa.uint32()), *((name, pa.float64()) for name in names)])
    options = {"compression": "zstd", "use_dictionary": False, "use_byte_stream_split": names}
    with pq.ParquetWriter(stream, schema, **options) as writer:
        for first, length in plan.pieces:
            rows = part_of_chunk(root, first, "parameters")
            members = np.arange(first, first + length, dtype=np.uint32)
            columns = [_column(values) for values in (members, *rows)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def write_outcomes(stream: IO[bytes], root: Path, plan: Plan, posed: Posed) -> None:
    """One row group a chunk and policy, so that one policy is read without the others."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = pa.float32() if plan.record["dtype"] == "float32" else pa.float64()
    schema = pa.schema(
        [("policy", pa.string()), ("member", pa.uint32()), *((name, number) for name in plan.outcome_rows)],
        metadata={"run": plan.record["hash"]},
    )
    options = {
        "compression": "zstd",
        "use_dictionary": ["policy"],
        "use_byte_stream_split": list(plan.outcome_rows),
    }
    with pq.ParquetWriter(stream, schema, **options) as writer:
        for first, length in plan.pieces:
            outcomes = part_of_chunk(root, first, "outcomes")
            members = _column(np.arange(first, first + length, dtype=np.uint32))
            for p, name in enumerate(posed.names):
                columns = [_words([name] * length), members, *map(_column, outcomes[p])]
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def write_fans_of_chunks(stream: IO[bytes], root: Path, plan: Plan, posed: Posed) -> None:
    """Fans of the whole run: moments over all members, quantiles over those whose paths were kept."""
    rows = plan.records.output_rows
    quantiles = [
        path_quantiles(_paths_of(root, plan, p, plan.fan_members), rows) for p in range(len(posed.names))
    ]
    means, sds = moments(*_sums(root, plan), plan.members)
    write_fans(
        stream,
        Fans(
            posed.names,
            rows,
            tuple(str(month) for month in month_range(posed.first_month, posed.until)),
            plan.fan_members,
            uncensored(means, rows),
            uncensored(sds, rows),
            stacked(quantiles),
        ),
    )


def write_fans(stream: IO[bytes], fans: Fans) -> None:
    """Fans as a Parquet table with the columns policy, month, output, mean, sd and the quantiles."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    (policies, months, outputs), size = fans.means.shape, fans.means.size
    numbers = (fans.means, fans.sds, *fans.quantiles)
    keys = (
        [name for name in fans.policies for _ in range(months * outputs)],
        [month for month in fans.months for _ in range(outputs)] * policies,
        list(fans.outputs) * (size // outputs),
    )
    table = pa.Table.from_arrays(
        [*map(_words, keys), *(_column(np.ravel(values)) for values in numbers)],
        names=["policy", "month", "output", "mean", "sd", *QUANTILES],
    )
    pq.write_table(table, stream, compression="zstd", row_group_size=months * outputs)


def _column(values: NDArray[Any]) -> Any:
    """Arrow array over the memory of a NumPy vector; `pyarrow.array` would load Pandas first, for a second."""
    import pyarrow as pa

    plain = np.ascontiguousarray(values)
    kind = {"f4": pa.float32, "f8": pa.float64, "u4": pa.uint32}[plain.dtype.str[1:]]()
    return pa.Array.from_buffers(kind, plain.size, [None, pa.py_buffer(plain)])


def _words(values: Sequence[str]) -> Any:
    """Arrow array of text, built as `_column` is and for the same reason."""
    import pyarrow as pa

    encoded = [value.encode("utf-8") for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def _sums(root: Path, plan: Plan) -> tuple[Floats, Floats]:
    """Sums over all members of outputs and their squares, (NP, T, O), as `engine.merge_sums` adds them."""
    totals: dict[str, tuple[Any, Any]] = {}
    for first, _ in plan.pieces:
        for name in SUMS[:2]:
            term, rest = (part_of_chunk(root, first, key) for key in (name, f"{name}_tail"))
            total, tail = totals.get(name, (np.zeros_like(term), np.zeros_like(term)))
            total, tail = add_exactly(total, tail, term)
            totals[name] = total, tail + rest
    (sums, sums_tail), (squares, squares_tail) = (totals[name] for name in SUMS[:2])
    return sums + sums_tail, squares + squares_tail


def _paths_of(root: Path, plan: Plan, policy: int, members: int) -> NDArray[Any]:
    """Paths (T, O, members) of one policy."""
    firsts = [first for first, _ in plan.pieces if first < max(members, 1)]
    parts = [part_of_chunk(root, first, f"paths_{policy}") for first in firsts]
    return np.concatenate(parts, axis=2)[:, :, :members]


def place_paths(root: Path, plan: Plan, posed: Posed) -> list[str]:
    """Write the saved paths; names of the files, relative to the folder."""
    if find_spec("zarr") is None:
        paths = np.stack([_paths_of(root, plan, p, plan.saved_paths) for p in range(len(posed.names))])
        place(root / PATHS[1], lambda stream: np.savez(stream, outputs=paths))
        return [PATHS[1]]
    import zarr
    from zarr.codecs import BloscCodec

    target, part = root / PATHS[0], root / f".{PATHS[0]}.{os.getpid()}{PART}"
    shape = (len(posed.names), posed.months.shape[0], len(plan.records.output_rows), plan.saved_paths)
    try:
        array = zarr.create_array(
            store=part,
            shape=shape,
            chunks=(1, *shape[1:]),
            dtype=plan.record["dtype"],
            compressors=BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle"),
            dimension_names=("policy", "month", "output", "member"),
            attributes={
                "run": plan.record["hash"],
                "policies": list(posed.names),
                "months": [str(month) for month in month_range(posed.first_month, posed.until)],
                "outputs": list(plan.records.output_rows),
            },
        )
        for p in range(len(posed.names)):
            array[p] = _paths_of(root, plan, p, plan.saved_paths)
        if not target.exists():
            part.rename(target)
        elif hash_folder(target) != hash_folder(part):
            raise in_the_way(target)
    except OSError as cause:
        raise unwritable(target, cause) from cause
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return [path.relative_to(root).as_posix() for path in sorted(target.rglob("*")) if path.is_file()]
