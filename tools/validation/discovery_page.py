"""Write docs/validation/what_would_have_to_be_true.json and .md: claims of an article, and the conditions they need.

Run from the repository root: `python tools/validation/discovery_page.py` (ten minutes on two cores). With claims named,
such as `C26 C46`, the others keep their committed numbers; `--from-json` writes the page again from these.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ripeness
from ripeness.case import WORLD, condition_in, load

FOLDER = Path(__file__).parents[2] / "docs" / "validation"
NAME = "what_would_have_to_be_true"

CLAIMS = ("C24", "C25", "C26", "C46")
MEMBERS, WALKED, DRAWS, SEED = 8192, 2048, 128, 1

KEPT = ("reading", "model", "start", "until", "futures", "groups", "base_rate", "reason", "in_words", "tried")
BOX_KEPT = (
    "of",
    "coverage",
    "density",
    "mass",
    "elsewhere",
    "held_out",
    "stability",
    "prior_driven",
    "limits",
    "in_words",
)


def numbers(claims: Sequence[str] = CLAIMS) -> dict[str, Any]:
    """Every claim under every reading and model, from the posterior; claims about money from the priors too."""
    case = load("ukraine")
    found: dict[str, Any] = {}
    for name in claims:
        test = condition_in(case.claims[name].test)
        assert test is not None, f"claim {name} has no test on futures"
        of_world = test.models == (WORLD,)
        common: dict[str, Any] = {
            "claim": name,
            "readings": "all",
            "members": MEMBERS if of_world else WALKED,
            "structural_draws": DRAWS,
            "seed": SEED,
        }
        found[name] = {"posterior": _short(ripeness.discover("ukraine", **common).document)}
        if of_world:
            found[name]["prior"] = _short(ripeness.discover("ukraine", prior=True, **common).document)
    return {"claims": found, "members": MEMBERS, "walked": WALKED, "structural_draws": DRAWS, "seed": SEED}


def _short(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "run": document["run"],
        "question": document["question"],
        "claim": document["claim"],
        "readings": document["readings"],
        "draws": document["draws"],
        "answers": [
            {
                **{key: answer[key] for key in KEPT},
                "boxes": [
                    {
                        **{key: box[key] for key in BOX_KEPT},
                        "identification": {
                            each["parameter"]: each["identification"] for each in box["conditions"]
                        },
                    }
                    for box in answer["boxes"]
                ],
                "cart": None
                if answer["cart"] is None
                else {
                    key: answer["cart"][key]
                    for key in ("coverage", "density", "overlap", "shared_inputs", "only_in_tree")
                },
            }
            for answer in document["answers"]
        ],
    }


def page(said: dict[str, Any]) -> str:
    """The page."""
    first = next(iter(said["claims"].values()))["posterior"]
    lines = [
        "# What would have to be true",
        "",
        "Four claims of an article on negotiations, in our own words, asked of the models. A claim is not true or "
        "false here: it holds in some possible futures and not in others. The question is what those have in common.",
        "",
        "How to read it. *Holds in* counts futures. A *box* is a set of limits on inputs of the model: *density* "
        "is how often the claim holds inside, *coverage* how many of the futures in which it holds lie inside, "
        "*found again* the least share of resamples that set each of its limits on the same side, *held out* the "
        "density on futures that had no part in setting the limits, though in choosing inputs and sides. A box is"
        " reported only if its limits are needed, are found again in at least 80 of 100 resamples, and beat there"
        " the base rate of the futures left; otherwise it says *none* and why. *Prior-driven* inputs are ones "
        "that the record has hardly narrowed: a condition on them is an assumption, and nobody knows whether it "
        "is met. Thresholds are judgments; each claim is asked under several. Futures are of this model, not of "
        "the world.",
        "",
        f"{said['members']:,} futures for claims about money, {said['walked']:,} worlds and {said['structural_draws']} "
        f"structural draws for those about the war's end, seed {said['seed']}. {first['draws']['in_words']} Method: "
        "[Discovery](../model/discovery.md). Written by `tools/validation/discovery_page.py`.",
        "",
        "## In one sentence each",
        "",
    ]
    for name, both in said["claims"].items():
        lines.append(f'- **{name}**, "{both["posterior"]["claim"]["sentence"]}" {_verdict(both)}')
    for name, both in said["claims"].items():
        lines += ["", f"## {name}", "", f"> {both['posterior']['claim']['sentence']}", ""]
        lines += _readings(both["posterior"])
        for source, document in both.items():
            if source == "prior":
                lines += ["", "Asked of the priors alone, before the record had narrowed anything:"]
            lines += ["", *_table(document), ""]
            lines += [f"- *{_plain(answer['reading'])}*: {answer['in_words']}" for answer in _told(document)]
    lines += ["", "## What this does not show", ""]
    lines += [
        "- A box says where a claim holds in the model, not that the condition causes it, nor how likely it is met.",
        "- Boxes are rectangles. Where two inputs make up for each other, a box covers the corner of the set only.",
        "- Futures of one structural draw are alike, so that tens to hundreds of draws, not thousands of futures, "
        "stand behind a condition on bargaining. Limits on such constants are rough.",
        "- A policy is granted from its first month with means that may not have existed then.",
        "- Held-out futures are of the same model. No box has been seen in the world.",
    ]
    return "\n".join(lines) + "\n"


def _verdict(both: dict[str, Any]) -> str:
    """One sentence a claim: how often its first reading holds in each model, and what it needs."""
    document = both["posterior"]
    first = next(iter(document["readings"]))
    answers = [answer for answer in document["answers"] if answer["reading"] == first]
    rates = ", ".join(
        f"{_of_hundred(answer['base_rate'])} ({answer['model']})"
        for answer in answers
        if answer["base_rate"] is not None
    )
    boxes = [answer["in_words"] for answer in answers if answer["boxes"]]
    said = f"Of 100 futures it holds, as it stands, in {rates}. "
    if boxes:
        return said + " ".join(boxes)
    milder = [answer for answer in document["answers"] if answer["reading"] != first and answer["boxes"]]
    if not milder:
        return said + "No condition was found that would be found again, under any reading."
    one = milder[0]
    return said + f"No box. Taken as *{_plain(one['reading'])}*: {one['in_words']}"


def _readings(document: dict[str, Any]) -> list[str]:
    rows = [
        "| Reading | Policy | Held against | Months | It holds where |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, said in document["readings"].items():
        rows.append(
            f"| {_plain(name)} | {said['policy']} | {said['than']} | {said['start']} to {said['until']} | "
            f"`{said['metric']}` {said['rule'].replace('_', ' ')} {said['value']:g}: {said['judgment']} |"
        )
    return rows


def _table(document: dict[str, Any]) -> list[str]:
    rows = [
        "| Reading | Model | Holds in, of 100 | Box | Coverage | Density | Elsewhere | Held out | Found again "
        "| Tree: overlap |",
        "| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for answer in document["answers"]:
        head = f"| {_plain(answer['reading'])} | {answer['model']} | {_of_hundred(answer['base_rate'])} |"
        overlap = None if answer["cart"] is None else answer["cart"]["overlap"]
        if not answer["boxes"]:
            rows.append(f"{head} none: {_plain(answer['reason'])} | | | | | | |")
        for box in answer["boxes"]:
            limits = "; ".join(
                f"`{name}` {_limits(*limit)} ({box['identification'][name]})"
                for name, limit in box["limits"].items()
            )
            where = "" if box["of"] == "holds" else "where it fails: "
            cells = (box[key] for key in ("coverage", "density", "elsewhere", "held_out", "stability"))
            rows.append(
                f"{head} {where}{limits} | {' | '.join(f'{each:.2f}' for each in cells)} | "
                f"{'' if overlap is None or box['of'] != 'holds' else f'{overlap:.2f}'} |"
            )
    return rows


def _told(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The first reading under every model, and others where there is a box."""
    first = next(iter(document["readings"]))
    return [answer for answer in document["answers"] if answer["reading"] == first or answer["boxes"]]


def _limits(low: float | None, high: float | None) -> str:
    if low is None:
        return f"< {high:.3g}"
    return f"> {low:.3g}" if high is None else f"{low:.3g} to {high:.3g}"


def _of_hundred(share: float | None) -> str:
    if share is None:
        return "no answer"
    if share in (0.0, 1.0):
        return f"{100 * share:.0f}"
    return f"{100 * share:.1f}" if 0.001 <= share <= 0.999 else "under 0.1" if share < 0.5 else "over 99.9"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def main(arguments: list[str]) -> int:
    """Run or read, then write; each claim is kept as soon as it is answered."""
    place = FOLDER / f"{NAME}.json"
    asked = (
        [] if "--from-json" in arguments else [name for name in CLAIMS if name in arguments] or list(CLAIMS)
    )
    said: dict[str, Any] = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    for name in asked:
        one = numbers([name])
        found = {**said.get("claims", {}), **one["claims"]}
        said = {**one, "claims": {claim: found[claim] for claim in CLAIMS if claim in found}}
        place.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (FOLDER / f"{NAME}.md").write_text(page(said), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
