"""A case seen through a smaller program than its own."""

from __future__ import annotations

from dataclasses import replace

from ripeness.base import RipenessError, content_hash
from ripeness.case.names import FACTS, blocks_of, parameter_names
from ripeness.case.records import Case
from ripeness.flow import records_of


def as_program(case: Case, program: str) -> Case:
    """The case under another program that is part of its own: rows, sites, facts and blocks it lacks are left out.

    Its policies stay as they are; levers that nothing reads move nothing. RipenessError where the program needs what
    the case does not have.
    """
    if program == case.program:
        return case
    records, own = records_of(program), records_of(case.program)
    if (records.has_money and not own.has_money) or (records.has_war and not own.has_war):
        raise RipenessError(
            f"case {case.name} cannot run the program {program}: its own, {case.program}, is not larger",
            "give the case what the program reads",
        )
    fields = records.month.__annotations__
    has_war = records.has_war
    return replace(
        case,
        program=program,
        blocks=tuple(block for block in case.blocks if block in blocks_of(program)),
        parameters={name: case.parameters[name] for name in parameter_names(program)},
        observations={site: name for site, name in case.observations.items() if site in records.sites},
        pools=tuple(pool for pool in case.pools if set(pool.members) <= set(parameter_names(program))),
        month_facts={
            name: fact for name, fact in case.month_facts.items() if name in FACTS and name in fields
        },
        bargaining=case.bargaining if has_war else {},
        parties=case.parties if has_war else {},
        stakes=case.stakes if has_war else (),
        effort=case.effort if has_war else (),
        outcome=case.outcome if has_war else None,
        actor_rows=case.actor_rows if has_war else (),
        content_hash=content_hash({"case": case.content_hash, "program": program}),
    )
