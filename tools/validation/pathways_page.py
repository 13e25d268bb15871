"""Write docs/validation/adaptive_pathways.json, .md and .svg: signposts, pathways and trade-offs of the Ukraine case.

Run from the repository root: `python tools/validation/pathways_page.py` (ten minutes on two cores, nearly all of it
for the search that solves the game). `--world` leaves that search's committed numbers as they are; `--from-json` writes
the page again from committed numbers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl

import ripeness
from ripeness.report.search_charts import draw_map, draw_trade_offs

FOLDER = Path(__file__).parents[2] / "docs" / "validation"
NAME = "adaptive_pathways"

SEED, MEMBERS, HELD_OUT = 1, 1024, 4096
SEARCH_MEMBERS, SEARCH_HELD_OUT = 256, 2048
ENDINGS: dict[str, Any] = {
    "space": "talks_and_pressure",
    "population": 16,
    "generations": 8,
    "structural_draws": 16,
}
READING = (
    "What stands out:",
    "",
    "- Whether revenue stays low is told by the price of oil and by revenue itself (hits in 52 to 68 % of unseen "
    "futures, false alarms in 15 to 28 %), hardly by fleet or fund: these say how the measures do, not what the "
    "treasury gets.",
    "- Whether the discount holds is told by the discount, a year and a half ahead: hits in 81 %, and false alarms "
    "in 46 % of the futures that would have held. It is a weak guide for a turn that costs much.",
    "- Whether the front holds is told by the front: hits in 76 %, false alarms in 29 %.",
    "- 17 of 22 signposts tell next to nothing of an aim; among them the key rate, prices, exports and Ukrainian "
    "opinion.",
    "- Pressure begun later stands higher in the month asked, since buyers learn to work around it from its first "
    "month on. That says nothing of the months before it, nor that waiting is better.",
    "- Where the game is solved, every policy found opens a track within nine months and offers guarantees of "
    "three quarters or more, and none presses: pressure is 0 in all nine, so that nothing is learned here of how "
    "hard or when to press beside talks. The first six do not differ by more than their errors; the last does. Of "
    "the best gain in lasting deals a quarter is lost on unseen draws, about two standard errors, and two of nine "
    "are beaten there: the winner's curse of a search on 16 draws. What guarantees cost is in no objective.",
    "- The price of effort counts neither aid nor dearer oil; `aid_surge` is not free.",
)
"""Sentences on the numbers, written by hand: read them again after a new run."""

SHOWN = 5
"""Signposts of an aim on the page."""


def world() -> dict[str, Any]:
    """Signposts and pathways, and the search of the world space."""
    watched = ripeness.search(
        "ukraine", "pressure_mix", signposts=True, members=MEMBERS, held_out=HELD_OUT, seed=SEED
    )
    found = ripeness.search(
        "ukraine", "pressure_mix", members=SEARCH_MEMBERS, held_out=SEARCH_HELD_OUT, seed=SEED
    )
    return {"signposts": watched.document, "money": _short(found.document)}


def endings() -> dict[str, Any]:
    """The search that solves the game."""
    found = ripeness.search(
        "ukraine", ENDINGS["space"], **{key: ENDINGS[key] for key in list(ENDINGS)[1:]}, seed=SEED
    )
    return {"endings": _short(found.document)}


def _short(document: Mapping[str, Any]) -> dict[str, Any]:
    left_out = ("evaluated", "robustness")
    return {key: value for key, value in document.items() if key not in left_out} | {
        "evaluated": document["evaluated"][:: max(len(document["evaluated"]) // 400, 1)],
        "choices": {aim: entry["choices"] for aim, entry in document["robustness"].items()},
    }


def page(numbers: Mapping[str, Any]) -> str:
    """The page, from numbers alone."""
    return (
        "\n".join([*_head(numbers), *_signposts(numbers["signposts"]["pathways"]), *_trade_offs(numbers)])
        + "\n"
    )


def _head(numbers: Mapping[str, Any]) -> Iterator[str]:
    ways, run = numbers["signposts"]["pathways"], numbers["signposts"]["run"]
    yield "# Signposts, pathways and trade-offs"
    yield ""
    yield (
        f"What warns that the policy under way will miss an aim, until when it is good enough, and which "
        f"policies are beaten "
        f"by no other, in this model. Run `{run['hash'][:12]}`, model {run['model_version']}, {run['start']} to "
        f"{run['until']}; "
        f"{ways['training_futures']} training futures, {ways['held_out_futures']} others for every number "
        f"below. Written by "
        f"`tools/validation/pathways_page.py`; method in [model/robustness.md](../model/robustness.md)."
    )
    yield ""
    yield "Aims are judgments of whoever has them; each is named. Nothing here says that an aim is right."
    yield ""
    yield from READING
    yield ""


def _signposts(ways: Mapping[str, Any]) -> Iterator[str]:
    yield f"## What warns, for `{ways['policy']}`"
    yield ""
    yield (
        f"Signposts are watched from {ways['start']} to {ways['watched_until']}, as means of three months; the "
        f"aim is asked in "
        f"{ways['asked_in']}. Thresholds weigh a miss and a false alarm alike. AUC 0.5 tells nothing; lead is "
        f"the median over hits."
    )
    for aim in ways["aims"].values():
        yield ""
        yield f"### {aim['title']}"
        yield ""
        yield (
            f"Judgment: {aim['judgment']}. {_percent(aim['missed_held_out'])} of futures miss it in "
            f"{ways['asked_in']}. "
            + (
                f"`{ways['policy']}` stops being good enough in {aim['tipping_month']}."
                if aim["tipping_month"]
                else f"`{ways['policy']}` stays good enough to the end."
            )
        )
        yield ""
        yield "| Signpost | Warns | AUC | Hit rate | False alarms | Lead, months | AUC in training |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        told = [post for post in aim["signposts"] if post["held_out"] is not None]
        for post in told[:SHOWN]:
            held = post["held_out"]
            yield (
                f"| `{post['signpost']}` | {post['side']} {post['threshold']:.3g} | {held['auc']:.2f} | "
                f"{_rate(held, 'hit')} | {_rate(held, 'false_alarm')} | {_number(held['lead_months'])} | "
                f"{post['training']['auc']:.2f} |"
            )
        rest = [post for post in told[SHOWN:] if post["held_out"]["auc"] >= 0.6]
        weak = len(aim["signposts"]) - min(len(told), SHOWN) - len(rest)
        yield ""
        more = f"Of the others {', '.join(_named(post) for post in rest)}; " if rest else ""
        yield f"{more}{weak} more tell next to nothing (AUC below 0.6 on unseen futures)."
        yield ""
        yield f"| Policy | Begins | Good enough | Meets it in {ways['asked_in']} |"
        yield "| --- | --- | --- | --- |"
        begun = {way["begins"] for way in aim["policies"].values()}
        rows = [(f"`{name}`", way) for name, way in aim["policies"].items()]
        rows += [
            (f"`{ways['policy']}`, then `{name}`", way)
            for name, way in aim["switched"].items()
            if way["begins"] not in begun
        ]
        for label, way in rows:
            spans = "; ".join(
                f"{a} to {'the end' if b == ways['months'][-1] else b}" for a, b in way["good_enough"]
            )
            yield f"| {label} | {way['begins']} | {spans or 'never'} | {_percent(way['share_asked'])} |"
        triggered = aim["triggered"]
        if triggered is not None:
            yield ""
            beside = "; ".join(
                f"`{name}` {_percent(entry['share_asked'])} for {entry['effort_price_usd_bn']:.1f} USD bn"
                for name, entry in triggered["beside"].items()
            )
            yield (
                f"On a signal: `{triggered['name']}` turns to `{triggered['turns_to']}` once "
                f"`{triggered['signpost']}` is "
                f"{triggered['side']} {triggered['threshold']:g} for {triggered['for_months']} months. It fires in "
                f"{_percent(triggered['fired'])} of futures; while signposts are watched in "
                f"{_percent(triggered['hit_rate'])} of "
                f"those that miss the aim without it and in {_percent(triggered['false_alarm_rate'])} of the others. "
                f"Aim met in {ways['asked_in']}, and price of effort to the end: {beside}."
            )
    yield ""
    yield f"![Pathways]({NAME}.svg)"
    yield ""


def _trade_offs(numbers: Mapping[str, Any]) -> Iterator[str]:
    yield "## Trade-offs"
    for key in ("money", "endings"):
        document = numbers.get(key)
        if document is None:
            continue
        optimiser, held = document["optimiser"], document["held_out"]
        last = [row["hypervolume"] for row in document["convergence"]]
        yield ""
        yield f"### {document['space']['title']}"
        yield ""
        yield (
            f"{optimiser['evaluated']} policies of `{document['space']['name']}` valued by {optimiser['name']} in "
            f"{optimiser['generations']} generations; {optimiser['unbeaten']} beaten by no other, "
            f"{len(document['archive'])} kept, "
            f"{held['still_unbeaten']} of them unbeaten on {held['members']} unseen futures too. The "
            f"hypervolume grew by "
            f"{_percent((last[-1] - last[len(last) * 3 // 4 - 1]) / last[-1])} over the last quarter of the "
            f"generations."
        )
        yield ""
        aims = document["aims"]
        parameters = [each["name"] for each in document["space"]["parameters"]]
        yield (
            "| Policy | "
            + " | ".join(f"{aim['label']}, {aim['unit']}, {aim['sense']}" for aim in aims)
            + " | What it does |"
        )
        yield "| --- |" + " --- |" * (len(aims) + 1)
        for name, entry in document["beside"].items():
            yield f"| `{name}` | {_cells(entry, aims)} | not searched |"
        shown = [each for each in document["archive"] if each["stands_for"]]
        rest = [each for each in document["archive"] if not each["stands_for"]]
        shown += rest[:: max(len(rest) // 6, 1)][:6]
        for each in sorted(shown, key=lambda one: one["name"]):
            does = ", ".join(f"{name} {each['values'][name]:g}" for name in parameters)
            yield f"| `{each['name']}` | {_cells(each, aims)} | {does} |"
        yield ""
        yield "| Gain over `as_enacted` | " + " | ".join(aim["metric"] for aim in aims) + " |"
        yield "| --- |" + " --- |" * len(aims)
        for key_of, words in (
            ("best_gain_training", "Best of the archive, training"),
            ("best_gain_held_out", "The same policy, unseen"),
            ("best_drop", "Drop"),
            ("best_error", "Standard error of the drop"),
            ("mean_drop", "Mean drop of the archive"),
        ):
            yield (
                f"| {words} | "
                + " | ".join(f"{held['drop'][aim['metric']][key_of]:.3g}" for aim in aims)
                + " |"
            )
        yield ""
        yield "Taken by each criterion on unseen futures, among all policies above and the rest of the archive:"
        yield ""
        for aim in aims:
            found = document["choices"][aim["metric"]]
            said = "; ".join(f"{criterion} {_few(policies)}" for criterion, policies in found.items())
            yield f"- {aim['metric']}, {aim['sense']}: {said}."
        if key == "money":
            yield ""
            yield f"![Trade-offs]({NAME}_trade_offs.svg)"


def _few(policies: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in policies[:2]) + (
        f" and {len(policies) - 2} more" if len(policies) > 2 else ""
    )


def _cells(entry: Mapping[str, Any], aims: list[Mapping[str, Any]]) -> str:
    cells = []
    for aim in aims:
        held = entry["aims"][aim["metric"]]["held_out"]
        error = f" ± {2 * held['gain_error']:.2g}" if held["gain_error"] else ""
        cells.append(f"{round(held['mean'], 6):.4g}{error}")
    return " | ".join(cells)


def _named(post: Mapping[str, Any]) -> str:
    return (
        f"`{post['signpost']}` {post['side']} {post['threshold']:.3g} has AUC {post['held_out']['auc']:.2f}"
    )


def _rate(record: Mapping[str, Any], kind: str) -> str:
    return f"{_percent(record[f'{kind}_rate'])} ± {max(round(200 * record[f'{kind}_error']), 1)}"


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{round(100 * share)} %"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def write(numbers: Mapping[str, Any]) -> None:
    """Numbers, page and charts."""
    FOLDER.joinpath(f"{NAME}.json").write_text(
        json.dumps(numbers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    FOLDER.joinpath(f"{NAME}.md").write_text(page(numbers), encoding="utf-8")
    with mpl.rc_context({"svg.hashsalt": "ripeness", "svg.fonttype": "none", "font.family": "DejaVu Sans"}):
        draw_map(numbers["signposts"]).savefig(FOLDER / f"{NAME}.svg", format="svg", metadata={"Date": None})
        draw_trade_offs(numbers["money"]).savefig(
            FOLDER / f"{NAME}_trade_offs.svg", format="svg", metadata={"Date": None}
        )


def main(words: list[str]) -> None:
    """Run what is asked for and write the page."""
    kept = FOLDER / f"{NAME}.json"
    numbers: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    if "--from-json" not in words:
        numbers |= world()
        write(numbers)
        if "--world" not in words:
            numbers |= endings()
    write(numbers)


if __name__ == "__main__":
    main(sys.argv[1:])
