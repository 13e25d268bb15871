"""Everything that can be timed here, one table: against C, PySD, the EMA Workbench and SALib.

python -m bench.run [--quick]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bench import game, gradient, loop, prim, sobol, work_a, work_c
from bench.c_loop import DisagreementError
from bench.peers.turns import PYTHON
from bench.timing import ROUNDS, Record, emit, machine, table


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 where a check value does not agree."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="The speed tables.")
    parser.add_argument(
        "--quick", action="store_true", help="small sizes and three rounds: does it run at all"
    )
    options = parser.parse_args(arguments)
    sizes, rounds = ((1_000,), 3) if options.quick else (loop.SIZES, ROUNDS)
    emit({"machine": machine()})
    if not PYTHON.exists():
        print("the peers are not here; bench/peers/setup installs them", file=sys.stderr)
    lines: list[Record] = []
    try:
        lines += loop.run(sizes, rounds)
        lines += game.run(rounds=rounds)
        lines += gradient.run(sizes[:2], rounds)
        lines += work_a.run(work_a.RUNS // (10 if options.quick else 1), rounds)
        lines += work_c.run(work_c.EXPERIMENTS // (10 if options.quick else 1), rounds)
        lines += prim.run(prim.ROWS // (10 if options.quick else 1), rounds)
        lines += sobol.run(sobol.ROWS // (8 if options.quick else 1), rounds)
    except (DisagreementError, AssertionError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        if lines:
            print(table(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
