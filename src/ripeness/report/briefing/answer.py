"""The answer in five sentences, each with what is uncertain about it: made by rule from the documents."""

from __future__ import annotations

from collections.abc import Sequence

from ripeness.report.bargaining_document import DEAL, PEOPLE, BargainingDocument
from ripeness.report.briefing.named import Names, uncapped
from ripeness.report.comparison import OUTSIDE, SETTLED
from ripeness.report.documents import Document, with_party_names
from ripeness.report.numbers import DIFFERENCE_DIGITS, decimals_for, number, percent
from ripeness.report.scores import CHART_MONTHS
from ripeness.report.tables import Spread
from ripeness.report.wording import IN_THIS_MODEL, NO_SINGLE_CHANCE, WHAT_IF

MATERIAL = 0.01
"""Smallest median difference, share of the reference's median, that a settled sign is reported for."""

JUDGED = 0.7
"""From this share of prior spread left on, a difference rests mostly on priors."""


def answer_of(document: Document) -> list[dict[str, str]]:
    """Five entries with the keys about, sentence and uncertain; a case without war or money says so in its place."""
    compare, names = with_party_names(document["compare"]), Names(document)
    told = BargainingDocument.of(compare)
    return [
        _entry("A lasting deal", *(_deal(told, names) if told else (_no_bargaining(), WHAT_IF))),
        _entry("Talks and pressure", *(_orders(told, names) if told else _no_orders())),
        _entry("Money", *_money(compare, names)),
        _entry("People", *(_people(told, names) if told else _no_people())),
        _entry("What this rests on", *_ground(compare, told)),
    ]


def answer_lines(document: Document) -> tuple[str, ...]:
    """The same as lines for a terminal."""
    return tuple(
        f"{each['about']}: {each['sentence']} Uncertain: {each['uncertain']}" for each in document["answer"]
    )


def _entry(about: str, sentence: str, uncertain: str) -> dict[str, str]:
    return {"about": about, "sentence": sentence, "uncertain": uncertain}


def _sized(found: Spread | None, *, shares: bool = False) -> str:
    """A median with its band, as a sentence says it."""
    if found is None or found.median is None:
        return "an unknown number"
    decimals = decimals_for(found.values)
    middle, low, high = (
        "unknown" if value is None else percent(value) if shares else number(value, decimals)
        for value in found.values
    )
    return f"{middle} ({low} to {high})"


def _no_bargaining() -> str:
    return f"This run compares money and fighting only; {OUTSIDE}."


def _deal(told: BargainingDocument, names: Names) -> tuple[str, str]:
    """How often a lasting deal comes: the reference, then the widest span over policies and models."""
    here = told.spread(told.reference, told.main, DEAL)
    sentence = (
        f"{IN_THIS_MODEL.capitalize()} a deal that lasts five years comes by {told.told['until']} in "
        f"{_sized(here, shares=True)} of 100 futures under {names.quoted(told.reference)}"
    )
    middles = [
        found.median
        for policy in told.policies
        for model in told.rivals_and_main
        if (found := told.spread(policy, model, DEAL)) is not None and found.median is not None
    ]
    if len(told.policies) > 1 and middles:
        sentence += (
            f"; over all policies and the {len(told.rivals_and_main)} models the medians run from "
            f"{percent(min(middles))} to {percent(max(middles))}"
        )
    uncertain = NO_SINGLE_CHANCE.capitalize()
    if told.null is not None and (null := told.spread(told.reference, told.null, DEAL)) is not None:
        uncertain += (
            f"; a yardstick that knows only {told.about(told.null)} gives {_sized(null, shares=True)}"
        )
    return f"{sentence}.", f"{uncertain}."


def _orders(told: BargainingDocument, names: Names) -> tuple[str, str]:
    """Which policies models agree on, for lasting deals; then those they do not agree on."""
    verdicts = told.verdicts(DEAL)
    if not verdicts:
        return "There is one policy only, so nothing is said of orders.", WHAT_IF
    sides = []
    for sign, word in ((1, "more"), (-1, "less")):
        agreed = [
            policy
            for policy, each in verdicts.items()
            if each["verdict"] == "holds" and each["sign"][told.main] == sign
        ]
        if agreed:
            sides.append(f"{word} frequent under {names.listed(agreed)}")
    reference = names.quoted(told.reference)
    sentence = (
        f"Lasting deals are {' and '.join(sides)} than under {reference} {IN_THIS_MODEL} and at least one rival, with "
        "no rival against"
        if sides
        else f"No policy makes lasting deals more or less frequent than {reference} in this model and a rival alike"
    )
    said = []
    parted = [policy for policy, each in verdicts.items() if each["verdict"] == "model_dependent"]
    undecided = [policy for policy, each in verdicts.items() if each["verdict"] == "open"]
    if parted:
        said.append(f"the models contradict each other on {names.listed(parted)}")
    if undecided:
        said.append(f"no model takes a side on {names.listed(undecided)}")
    first = told.told["ranking"][told.main][DEAL][0]
    maps = [
        f"“{other['title']}”"
        for other in told.told["other_stakes"].values()
        if other["first"].get(DEAL, first) != first
    ]
    if maps:
        said.append(f"another policy comes first if the stake is {' or '.join(maps)}")
    return f"{sentence}.", _sentence(said, "the size of each difference; the bands overlap")


def _no_orders() -> tuple[str, str]:
    return (
        "Whether talks and pressure come together or one after the other is not asked here.",
        "Policies that differ in talks only have the same numbers in such a run.",
    )


def _money(compare: Document, names: Names) -> tuple[str, str]:
    """Direction and size in the first objective of money, for the policies whose sign hardly varies."""
    others = [
        name
        for name, entry in compare["policies"].items()
        if name != compare["reference"] and entry["identical_to"] is None
    ]
    aims = [each["metric"] for each in compare["objectives"]]
    if not aims or not others:
        return "Money is not modelled in this case, or there is one policy only.", WHAT_IF
    aim, run, reference = aims[0], compare["run"], names.quoted(compare["reference"])
    about = compare["metrics"][aim]
    gaps = {name: compare["policies"][name]["difference"][aim] for name in others}
    level = abs(compare["policies"][compare["reference"]]["metrics"][aim]["p50"] or 0.0)
    settled = [
        name
        for name, gap in gaps.items()
        if max(gap["share_lower"], gap["share_higher"]) >= SETTLED and abs(gap["p50"]) >= MATERIAL * level
    ]
    window = f"{run['start']} to {run['until']}"
    label = uncapped(about["label"])
    parts = []
    for sign, word in ((-1, "lower"), (1, "higher")):
        found = sorted((n for n in settled if gaps[n]["p50"] * sign > 0), key=lambda n: -abs(gaps[n]["p50"]))
        if found:
            gap = gaps[found[0]]
            values = [gap[key] for key in ("p50", "p05", "p95")]
            decimals = decimals_for(values, DIFFERENCE_DIGITS)
            middle, low, high = (number(value, decimals, sign=True) for value in values)
            lead = ", most under the first" if len(found) > 1 else ""
            parts.append(
                f"{word} under {names.listed(found)}{lead}: {middle} ({low} to {high}) {about['unit']}"
            )
    sentence = (
        f"{IN_THIS_MODEL.capitalize()} {label} of {window} is, against {reference} and in at least "
        f"{percent(SETTLED)} of 100 futures, {'; '.join(parts)}"
        if parts
        else f"No policy moves {label} of {window} the same way in {percent(SETTLED)} of 100 futures, against "
        f"{reference}"
    )
    said = []
    open_ = [n for n, gap in gaps.items() if n not in settled and (gap["share_lower"] or gap["share_higher"])]
    if open_:
        said.append(f"{names.listed(open_)} may move it either way, or hardly")
    said.append(_past(about))
    return f"{sentence}.", _sentence([each for each in said if each], "the band holds 90 of 100 futures")


def _past(about: Document) -> str:
    """How forecasts of a metric did six months ahead; empty where nothing is said of scores."""
    score = about.get("score")
    if not score:
        return f"it was never back-tested: {about['score_reason']}" if about.get("score_reason") else ""
    row = score.get(CHART_MONTHS)
    if row is None:
        return ""
    skill = number(row["skill"], 2, sign=True, missing="unknown")
    return (
        f"forecasts of it {CHART_MONTHS[1:]} months ahead, made as of past months, had skill {skill} over a random "
        f"walk, and their 80 % bands held {percent(row['coverage80'])} of 100 outcomes ({row['n']} forecasts)"
    )


def _people(told: BargainingDocument, names: Names) -> tuple[str, str]:
    """Casualties of both sides and of civilians under the reference, and where models agree on fewer or more."""
    attacker, defender = told.parties
    losses = [told.widest(told.reference, metric) for metric in ("casualties_a", "casualties_d")]
    civilians = told.widest(told.reference, "civilian_harm_index")
    unit = told.counted_in(PEOPLE).removesuffix(" people")
    counted = f"{_sized(losses[0])} {unit} of {attacker} and {_sized(losses[1])} {unit} of {defender}"
    if civilians is not None and civilians.median is not None:
        counted += f", and {_sized(civilians)} {unit} civilians"
    sentence = (
        f"Under {names.quoted(told.reference)} this model counts, killed, wounded and missing while the war lasts, "
        f"{counted}"
    )
    verdicts = told.verdicts(PEOPLE)
    sides = []
    for sign, word in ((-1, "fewer"), (1, "more")):
        agreed = [
            policy
            for policy, each in verdicts.items()
            if each["verdict"] == "holds" and each["sign"][told.main] == sign
        ]
        if agreed:
            sides.append(f"{word} under {names.listed(agreed)}")
    if sides:
        sentence += f"; models agree on {' and '.join(sides)}"
    elif verdicts:
        sentence += "; on no policy do models agree that it changes the sum of them"
    score = told.told["metrics"]["casualties_a"].get("score_reason")
    uncertain = ["the bands are the widest of this model and its rivals"]
    if score:
        uncertain.append(f"losses are not back-tested: {score.partition(';')[0]}")
    return f"{sentence}.", _sentence(uncertain, "")


def _no_people() -> tuple[str, str]:
    return (
        "No people are counted in this run, since it holds no war or its end was left out.",
        "What a policy means for people is then outside the numbers, not nought.",
    )


def _ground(compare: Document, told: BargainingDocument | None) -> tuple[str, str]:
    """How much rests on judgement, and how forecasts of the past did."""
    drivers = {each["parameter"]: each["identification"] for each in compare["drivers"]}
    if told is not None:
        drivers |= {each["parameter"]: each["identification"] for each in told.told["drivers"]}
    judged = sum(how == "prior-driven" for how in drivers.values())
    scores = [
        row["skill"]
        for about in compare["metrics"].values()
        if (score := about.get("score"))
        and "models" not in score
        and (row := score.get(CHART_MONTHS))
        and row["skill"] is not None
    ]
    parts = []
    if drivers:
        parts.append(
            f"of the {len(drivers)} assumptions found to decide between policies, {judged} "
            f"{'rests' if judged == 1 else 'rest'} on judgement that no record here can correct"
        )
    if scores:
        better = sum(skill > 0.0 for skill in scores)
        parts.append(
            f"asked as of past months, forecasts {CHART_MONTHS[1:]} months ahead beat a random walk for {better} of "
            f"{len(scores)} series"
        )
    if not parts:
        parts.append("nothing of this run has been scored against a record")
    uncertain = [compare["draws"]["in_words"].rstrip(".")]
    weak = [
        uncapped(about["label"])
        for name, about in compare["metrics"].items()
        if _mean(
            [
                entry["difference"][name]["prior_driven"]
                for policy, entry in compare["policies"].items()
                if policy != compare["reference"]
            ]
        )
        >= JUDGED
    ]
    if weak and compare["draws"]["from"] != "prior":
        more = f" and {len(weak) - 3} more" if len(weak) > 3 else ""
        uncertain.append(f"what the record hardly narrowed: {', '.join(weak[:3])}{more}")
    return _sentence(parts, ""), _sentence(uncertain, "")


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 0.0


def _sentence(parts: Sequence[str], otherwise: str) -> str:
    text = "; ".join(parts) or otherwise
    return f"{text[:1].upper()}{text[1:]}."
