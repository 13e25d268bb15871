"""Sentences on how the war ends: what the numbers are, what to know of them, what holds and what does not.

A side is taken only where the document says that models agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ripeness.report.bargaining_document import DEAL, BargainingDocument
from ripeness.report.documents import Document, listed
from ripeness.report.numbers import decimals_for, number, percent

UNKNOWN = "not known"


def ending_lines(document: Document) -> tuple[str, ...]:
    """What the numbers on endings are, above the tables."""
    told = BargainingDocument.of(document)
    if told is None:
        return ()
    about = told.told
    return (
        f"Endings: {about['walkers']:,} futures walked through {about['structural_draws']} structural draws of each "
        f"model, {told.window}, between {' and '.join(told.parties)}. The stake: {about['stake']['title']}.",
    )


def ending_remarks(document: Document) -> tuple[str, ...]:
    """What a reader of tables on endings has to know, below them."""
    told = BargainingDocument.of(document)
    if told is None:
        return ()
    said = []
    if document["metrics"]:
        said.append(
            "Tables on endings count months of war and stop at a deal or a collapse; tables of a single metric run to "
            f"{document['run']['until']} as if the war went on."
        )
    known = {each["parameter"]: each["identification"] for each in told.told["drivers"]}
    driven = sum(how == "prior-driven" for how in known.values())
    if known:
        said.append(
            f"Prior-driven: of the {len(known)} assumptions named as deciding endings, {driven} "
            f"{'rests' if driven == 1 else 'rest'} on judgement that no record here can correct."
        )
    said.append("These are conditional what-ifs, no advice to prolong or to stop fighting.")
    return tuple(said)


def ending_conclusions(document: Document) -> tuple[str, str]:
    """What holds in the main model and a rival, and what hangs on the model; no full stops, the second may be empty."""
    told = BargainingDocument(document)
    if len(told.policies) < 2:
        return _joined(["the bands above; there is no second policy to compare", _for_scale(told)]), ""
    settled = _joined(_what_holds(told, metric) for metric in told.aims)
    if settled:
        holds = (
            f"in this model and at least one rival, no rival against, compared to {told.reference}, {settled}"
        )
    else:
        subjects = " or ".join(told.wording(metric).subject for metric in told.aims)
        holds = f"nothing about endings; no policy moves {subjects} the same way in this model and a rival"
    return _joined([holds, _for_scale(told)]), _joined(_what_does_not(told, metric) for metric in told.aims)


def _joined(parts: Iterable[str], by: str = "; ") -> str:
    return by.join(part for part in parts if part)


def _what_holds(told: BargainingDocument, metric: str) -> str:
    """Direction, policies and the furthest one's numbers; empty where no verdict on the metric holds."""
    wording = told.wording(metric)
    holding = {
        policy: each["sign"][told.main]
        for policy, each in told.verdicts(metric).items()
        if each["verdict"] == "holds"
    }
    sides = []
    for sign in (1, -1):
        names = [policy for policy, each in holding.items() if each == sign]
        if names:
            sides.append(f"{wording.side(sign)} under {listed(names)}{_furthest(told, metric, names, sign)}")
    return f"{wording.subject} are {', and '.join(sides)}" if sides else ""


def _furthest(told: BargainingDocument, metric: str, names: Sequence[str], sign: int) -> str:
    """The main model's numbers of the policy that lies furthest, and of the reference."""
    middles = {}
    for name in names:
        found = told.spread(name, told.main, metric)
        if found is not None and found.median is not None:
            middles[name] = sign * found.median
    if not middles:
        return ""
    furthest = max(middles, key=lambda name: middles[name])
    here = _size(told, furthest, told.main, metric)
    there = _size(told, told.reference, told.main, metric)
    lead = f", furthest under {furthest}" if len(names) > 1 else ""
    return f"{lead}: {here} {told.counted_in(metric)} against {there}"


def _size(told: BargainingDocument, policy: str, model: str, metric: str) -> str:
    """A median with its band, as a sentence says it."""
    found = told.spread(policy, model, metric)
    if found is None:
        return UNKNOWN
    decimals = decimals_for(found.values)
    middle, low, high = (
        UNKNOWN if value is None else percent(value) if told.is_share(metric) else number(value, decimals)
        for value in found.values
    )
    return f"{middle} ({low} to {high})"


def _for_scale(told: BargainingDocument) -> str:
    """The first null's deals: a yardstick for every model."""
    if told.null is None or told.spread(told.reference, told.null, DEAL) is None:
        return ""
    return (
        f"for scale, the null {told.null} ({told.about(told.null)}) has {told.wording(DEAL).subject} in "
        f"{_size(told, told.reference, told.null, DEAL)} {told.counted_in(DEAL)}"
    )


def _what_does_not(told: BargainingDocument, metric: str) -> str:
    """Where models part, where none takes a side, and where the map of the stake decides; empty where nowhere."""
    wording, verdicts = told.wording(metric), told.verdicts(metric)
    said = []
    parted = [policy for policy, each in verdicts.items() if each["verdict"] == "model_dependent"]
    if parted:
        sign = verdicts[parted[0]]["sign"]
        sides = ", ".join(
            f"{told.short[model]} {wording.side(sign[model])}"
            for model in told.rivals_and_main
            if model in sign
        )
        lead = f"{parted[0]}: " if len(parted) > 1 else ""
        said.append(f"the direction under {listed(parted)} depends on the model ({lead}{sides})")
    undecided = [policy for policy, each in verdicts.items() if each["verdict"] == "open"]
    if undecided:
        said.append(f"no model takes a side on {listed(undecided)}")
    ranked = told.told["ranking"].get(told.main, {}).get(metric)
    flips = [
        f"{first} for {other['title']!r}"
        for other in told.told["other_stakes"].values()
        if ranked and (first := other["first"].get(metric, ranked[0])) != ranked[0]
    ]
    if flips:
        said.append(
            f"which policy comes first depends on the map of the stake ({ranked[0]} for "
            f"{told.told['stake']['title']!r}, {', '.join(flips)})"
        )
    return f"for {wording.subject}, {_joined(said, ', ')}" if said else ""
