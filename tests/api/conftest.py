"""What the tests share: the contracts of documents, one comparison of the toy case, and copies of it to be spoilt."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ripeness
from ripeness.api import Comparison
from ripeness.case import locate

MEMBERS = 300

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
MAYBE: Schema = {"type": ["number", "null"]}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
MONTH: Schema = {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}
HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def record(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def by_name(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


RUN = record(
    case=TEXT,
    case_hash=HASH,
    policy_hashes=by_name(HASH),
    model_version=TEXT,
    data_as_of=MONTH,
    seed={"type": "integer"},
    members={"type": "integer"},
    mode={"enum": ["replay", "forecast"]},
    start=MONTH,
    until=MONTH,
    hash=HASH,
)
"""The run block of what was simulated."""

BARE_RUN = record(**{key: {} for key in RUN["properties"]})
"""The run block of what was not: every key, null where there is nothing to say."""

STATISTIC = record(
    unit=TEXT,
    mean=MAYBE,
    p05=MAYBE,
    p25=MAYBE,
    p50=MAYBE,
    p75=MAYBE,
    p95=MAYBE,
    mc_error=MAYBE,
    prior_driven={"type": ["number", "null"], "minimum": 0, "maximum": 1},
)

FAULT = record(file=TEXT, line={"type": ["integer", "null"]}, key=TEXT, value={}, problem=TEXT, remedy=TEXT)

COMPARE = record(
    run=RUN,
    policies=by_name(
        record(
            metrics=by_name(STATISTIC),
            difference=by_name(STATISTIC),
            by_model=by_name(by_name(STATISTIC)),
            regret=by_name(STATISTIC),
            spend_usd_bn={"type": ["object", "null"]},
        )
    ),
    ranking=by_name(many(TEXT)),
    share_best=by_name(by_name(SHARE)),
    drivers=many(record(parameter=TEXT, metric=TEXT, effect=NUMBER)),
    not_modelled=many(TEXT),
    notes=many(TEXT),
)

BACKCAST = record(
    run=RUN,
    mode={"enum": ["conditional", "unconditional"]},
    series=by_name(
        {
            "type": "object",
            "patternProperties": {
                "^h[0-9]+$": record(
                    n={"type": "integer"},
                    crps=NUMBER,
                    baselines=by_name(NUMBER),
                    skill=MAYBE,
                    coverage80=SHARE,
                    pit_p=MAYBE,
                )
            },
            "additionalProperties": False,
        }
    ),
)

DATED = record(
    surprise=MAYBE, rank={"type": ["integer", "null"]}, dates={"type": "integer"}, share=MAYBE, verdict=TEXT
)
FLAG = {"type": "boolean"}
PREDICTED = record(
    experiment=TEXT,
    output=TEXT,
    measure={"enum": ["change", "effect"]},
    before={"type": ["string", "null"]},
    after=MONTH,
    expected={"enum": ["rise", "fall", "stay"]},
    median=NUMBER,
    low80=NUMBER,
    high80=NUMBER,
    share_rising=NUMBER,
    as_expected=FLAG,
    recorded=MAYBE,
    recorded_sd=MAYBE,
    direction={"enum": ["right", "wrong", "unclear", "no record"]},
    inside80={"type": ["boolean", "null"]},
    crps=MAYBE,
    crps_no_change=MAYBE,
    skill=MAYBE,
    usual_change=MAYBE,
    skill_against_usual=MAYBE,
    skill_against_without=MAYBE,
    date={"oneOf": [DATED, {"type": "null"}]},
)
EXACTLY = record(largest=NUMBER, holds=FLAG)
EXPERIMENTS = record(
    schema={"const": "ripeness/experiments/1"},
    run=RUN,
    ok=FLAG,
    failed=many(TEXT),
    summary=record(in_sample={"type": "object"}, out_of_sample={"type": "object"}),
    experiments=many(
        record(
            id=TEXT,
            title=TEXT,
            event=TEXT,
            cutoff=MONTH,
            origin=MONTH,
            before=MONTH,
            after=MONTH,
            until=MONTH,
            in_sample=FLAG,
            structure_blind=FLAG,
            blind_note=TEXT,
            posterior=HASH,
            rows=many(PREDICTED),
            levels=by_name(by_name(by_name(NUMBER))),
            effects={"type": "object"},
            record=by_name(by_name(record(value=NUMBER, sd=NUMBER))),
            endings={"type": "array"},
            variants={"type": "array"},
            placebos=record(
                no_strength=EXACTLY, no_foresight=EXACTLY, wrong_series={"type": "array"}, failed=many(TEXT)
            ),
            unanswered=many(record(question=TEXT, reason=TEXT)),
            committed={"type": ["object", "null"]},
        )
    ),
)

CHECK = record(run=BARE_RUN, case=TEXT, ok={"type": "boolean"}, faults=many(FAULT))

VERIFY = record(run=BARE_RUN, ok={"type": "boolean"}, faults=many(FAULT), files=many(TEXT))

FIT = record(
    run=RUN,
    cutoff=MONTH,
    parameters=by_name(record(unit=TEXT, posterior=STATISTIC, contraction=MAYBE)),
    diagnostics={"type": "object"},
    saved=TEXT,
)

CASES = record(run=BARE_RUN, cases=many(record(name=TEXT, policies=by_name(TEXT), data_until=MONTH)))

ERROR = record(run=BARE_RUN, ok={"const": False}, problem=TEXT, remedy=TEXT, faults=many(FAULT))

CONTRACTS = {
    "compare": COMPARE,
    "backcast": BACKCAST,
    "experiments": EXPERIMENTS,
    "check": CHECK,
    "verify": VERIFY,
    "fit": FIT,
    "cases": CASES,
    "error": ERROR,
}
"""What scripts rely on, by command. Additions pass, losses fail."""


@pytest.fixture(scope="session")
def contracts() -> dict[str, Schema]:
    return CONTRACTS


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    return ripeness.compare("two_states", members=MEMBERS, prior=True)


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the toy case in which one text of one file was replaced."""

    def spoil(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "spoilt"
        shutil.copytree(locate("two_states"), folder)
        about = folder / "case.yaml"
        about.write_text(about.read_text().replace("case: two_states", "case: spoilt", 1))
        path = folder / file
        text = path.read_text() if path.exists() else ""
        assert old in text
        path.write_text(text.replace(old, new, 1) if old else text + new)
        return folder

    return spoil
