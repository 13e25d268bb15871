"""Tables and sentences of a search: trade-offs, what was lost on unseen futures, signposts and pathways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ripeness.report.numbers import percent as whole_percent
from ripeness.report.robustness import robustness_tables
from ripeness.report.tables import Cell, Column, Spread, Table

Document = Mapping[str, Any]

SHOWN = 12
"""Policies in a table; the others are in the document."""

SIGNPOSTS = 8
"""Signposts in a table; the others are in the document."""

USEFUL = 0.6
"""AUC on unseen futures from which a signpost is said to tell something."""


def percent(share: float) -> str:
    """A share in a sentence."""
    return f"{whole_percent(share)} %"


def search_tables(document: Document) -> tuple[Table, ...]:
    """Trade-offs, the drop on unseen futures, criteria and convergence; or signposts and pathways."""
    if document["pathways"] is not None:
        return tuple(_pathway_tables(document["pathways"]))
    labels = {aim["metric"]: aim["label"] for aim in document["aims"]}
    units = {aim["metric"]: aim["unit"] for aim in document["aims"]}
    shown = shown_policies(document)
    criteria = robustness_tables(
        document["robustness"], labels, units, [*document["beside"], *(each["name"] for each in shown)]
    )
    return (
        _trade_offs(document),
        _parameters(document),
        _drops(document),
        *criteria,
        _convergence(document),
    )


def shown_policies(document: Document) -> list[Document]:
    """Policies to look at first: those that stand for something, then some spread over the rest."""
    archive = document["archive"]
    first = [each for each in archive if each["stands_for"]]
    rest = [each for each in archive if not each["stands_for"]]
    room = max(SHOWN - len(first), 0)
    step = max(len(rest) / room, 1.0) if room else 1.0
    some = [rest[int(at * step)] for at in range(min(room, len(rest)))]
    chosen = {each["name"] for each in (*first, *some)}
    return [each for each in archive if each["name"] in chosen]


def _trade_offs(document: Document) -> Table:
    columns = [Column("policy", "Policy", text=True)]
    for aim in document["aims"]:
        columns.append(Column(f"mean_{aim['metric']}", aim["label"], aim["unit"]))
    columns += [Column("stands_for", "Stands for", text=True), Column("still", "Unbeaten", text=True)]
    rows: list[tuple[Cell, ...]] = []
    known: dict[tuple[Cell, ...], str] = {}
    for name, entry in document["beside"].items():
        cells = tuple(_held(entry, document))
        twin = known.setdefault(cells, name)
        rows.append(
            (name, *cells, "", "") if twin == name else (name, f"as {twin}", *[""] * (len(cells) - 1), "", "")
        )
    for each in shown_policies(document):
        words = ", ".join(_stands_for(document, key) for key in each["stands_for"])
        rows.append(
            (each["name"], *_held(each, document), words, "yes" if each["unbeaten_held_out"] else "no")
        )
    left = len(document["archive"]) - len(shown_policies(document))
    notes = [
        "Mean (plus and minus two standard errors) over futures that the search did not see. All policies meet the "
        "same futures, so that differences between them are known better than levels; their errors are in the document."
    ]
    notes.append(
        "best 1: best in the first objective, and so on; balanced: least bad in its worst one. Unbeaten: among those "
        "found, on these futures."
    )
    if left:
        notes.append(f"{left} other policies of the archive are in the document and, with --out, in files.")
    return Table("trade_offs", "Trade-offs, on unseen futures", tuple(columns), tuple(rows), tuple(notes))


def _held(entry: Document, document: Document) -> list[Cell]:
    cells: list[Cell] = []
    for aim in document["aims"]:
        held = entry["aims"][aim["metric"]]["held_out"]
        if held["error"]:
            cells.append(
                Spread(held["mean"], held["mean"] - 2 * held["error"], held["mean"] + 2 * held["error"])
            )
        else:
            cells.append(float(held["mean"]))
    return cells


def _stands_for(document: Document, key: str) -> str:
    if key == "balanced":
        return key
    return f"best {1 + [aim['metric'] for aim in document['aims']].index(key)}"


def _parameters(document: Document) -> Table:
    parameters = document["space"]["parameters"]
    columns = (
        Column("policy", "Policy", text=True),
        *(
            Column(
                each["name"],
                each["name"],
                each["unit"],
                decimals=0 if float(each["step"]).is_integer() else 2,
            )
            for each in parameters
        ),
    )
    rows = tuple(
        (each["name"], *(float(each["values"][parameter["name"]]) for parameter in parameters))
        for each in shown_policies(document)
    )
    notes = tuple(f"{each['name']}: {each['title']}" for each in parameters)
    return Table("parameters", "What these policies do", columns, rows, notes)


DROPS = (
    ("best_gain_training", "Best of the archive, training"),
    ("best_gain_held_out", "The same policy, unseen"),
    ("best_drop", "Drop"),
    ("best_error", "Standard error of the drop"),
    ("mean_gain_training", "Mean of the archive, training"),
    ("mean_gain_held_out", "The same policies, unseen"),
    ("mean_drop", "Drop"),
)


def _drops(document: Document) -> Table:
    columns = (
        Column("gain", f"Gain over {document['reference']}", text=True),
        *(
            Column(f"drop_{aim['metric']}", f"{aim['label']}, {aim['sense']}", aim["unit"])
            for aim in document["aims"]
        ),
    )
    held = document["held_out"]
    drops = [held["drop"][aim["metric"]] for aim in document["aims"]]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (words, *(float(drop[key]) for drop in drops)) for key, words in DROPS
    )
    notes = (
        "Gains are counted in the direction of the objective. A policy chosen for its gain on the training futures "
        "loses some of it elsewhere.",
        f"{held['still_unbeaten']} of {len(document['archive'])} policies of the archive are unbeaten there too.",
    )
    return Table("drop", "What is lost on unseen futures", columns, rows, notes)


def _convergence(document: Document) -> Table:
    columns = (
        Column("generation", "Generation"),
        Column("evaluated", "Policies valued"),
        Column("hypervolume", "Hypervolume", decimals=3),
    )
    path = document["convergence"]
    step = max(len(path) // 10, 1)
    rows = [path[at] for at in range(0, len(path), step)]
    if rows[-1] is not path[-1]:
        rows.append(path[-1])
    cells = tuple((row["generation"], row["evaluated"], row["hypervolume"]) for row in rows)
    note = (
        "Share of the cube from the best to somewhat beyond the worst of the trade-offs that is beaten; a search has "
        "converged where it no longer grows."
    )
    return Table("convergence", "Convergence", columns, cells, (note,), further=True)


def search_sentences(document: Document) -> tuple[str, ...]:
    """What was found, in a few sentences."""
    if document["pathways"] is not None:
        return (*_pathway_sentences(document["pathways"]), *document["notes"])
    optimiser, path = document["optimiser"], document["convergence"]
    last = path[-1]["hypervolume"]
    before = path[max(len(path) * 3 // 4 - 1, 0)]["hypervolume"]
    grown = (last - before) / last if last else 0.0
    said = [
        f"{optimiser['evaluated']} of {optimiser['points']:.3g} policies of the space {document['space']['name']} were "
        f"valued by {optimiser['name']} in {optimiser['generations']} generations; {optimiser['unbeaten']} are beaten "
        f"by no other, of which {len(document['archive'])} are kept.",
        f"The hypervolume grew by {percent(grown)} over the last quarter of the generations"
        + (": more generations would find more." if grown > 0.02 else "."),
    ]
    return (*said, *document["notes"])


def _pathway_sentences(ways: Document) -> list[str]:
    said = [
        f"{ways['policy']} is under way from {ways['start']}; signposts are watched until {ways['watched_until']}, "
        f"aims asked in {ways['asked_in']}. "
        f"Numbers are of {ways['held_out_futures']} futures on which nothing was chosen."
    ]
    for name, aim in ways["aims"].items():
        tipping = aim["tipping_month"]
        when = (
            f"is good enough to the end: {percent(1 - aim['missed_held_out'])} of futures meet it in {ways['asked_in']}"
            if tipping is None
            else f"stops being good enough in {tipping}"
        )
        best = next((post for post in aim["signposts"] if post["held_out"] is not None), None)
        warned = ""
        if best is not None:
            record = best["held_out"]
            if record["auc"] is not None and record["auc"] >= USEFUL:
                warned = (
                    f" Best warning: {best['signpost']} {best['side']} {best['threshold']:.3g} gives a signal in "
                    f"{percent(record['hit_rate'])} of the futures that miss it and in "
                    f"{percent(record['false_alarm_rate'])} of those that do not."
                )
            else:
                warned = " No signpost warns of a miss."
        said.append(f"{name}: {aim['title']}. {ways['policy']} {when}.{warned}")
    return said


def _pathway_tables(ways: Document) -> list[Table]:
    tables = []
    for name, aim in ways["aims"].items():
        tables += [_signpost_table(ways, name, aim), _way_table(ways, name, aim)]
        if aim["triggered"] is not None:
            tables.append(_triggered_table(ways, name, aim))
    return tables


def _signpost_table(ways: Document, name: str, aim: Document) -> Table:
    columns = (
        Column("signpost", "Signpost", text=True),
        Column("side", "Warns", text=True),
        Column("threshold", "At", decimals=2),
        Column("auc", "AUC", decimals=2),
        Column("hit", "Hit rate", percent=True),
        Column("alarm", "False alarms", percent=True),
        Column("lead", "Lead, months", decimals=0),
        Column("auc_training", "AUC in training", decimals=2),
    )
    rows: list[tuple[Cell, ...]] = []
    for post in aim["signposts"][:SIGNPOSTS]:
        if post["held_out"] is None:
            continue
        record = post["held_out"]
        rows.append(
            (
                post["signpost"],
                post["side"],
                post["threshold"],
                record["auc"],
                record["hit_rate"],
                record["false_alarm_rate"],
                record["lead_months"],
                post["training"]["auc"],
            )
        )
    notes = [
        f"{percent(aim['missed_held_out'])} of the futures miss the aim in {ways['asked_in']}; AUC 0.5 tells nothing.",
        f"Judgment: {aim['judgment']}.",
    ]
    left = len(aim["signposts"]) - len(rows)
    if left:
        notes.append(f"{left} weaker signposts are in the document.")
    return Table(f"signposts_{name}", f"Signposts: {aim['title']}", columns, tuple(rows), tuple(notes))


def _spans(way: Document, ways: Document) -> str:
    spans = way["good_enough"]
    if not spans:
        return "never"
    last = ways["months"][-1]
    return "; ".join(f"{a} to {'the end' if b == last else b}" for a, b in spans)


def _way_table(ways: Document, name: str, aim: Document) -> Table:
    columns = (
        Column("policy", "Policy", text=True),
        Column("begins", "Begins", text=True),
        Column("asked", f"Meets it in {ways['asked_in']}", percent=True),
        Column("spans", "Good enough", text=True),
    )
    rows = [
        (policy, way["begins"], way["share_asked"], _spans(way, ways))
        for policy, way in aim["policies"].items()
    ]
    begun = {way["begins"] for way in aim["policies"].values()}
    rows += [
        (f"{ways['policy']}, then {policy}", way["begins"], way["share_asked"], _spans(way, ways))
        for policy, way in aim["switched"].items()
        if way["begins"] not in begun
    ]
    note = f"Good enough: at least {percent(ways['level'])} of futures meet the aim in the month."
    return Table(f"pathways_{name}", f"Pathways: {aim['title']}", columns, tuple(rows), (note,))


def _triggered_table(ways: Document, name: str, aim: Document) -> Table:
    triggered = aim["triggered"]
    columns = (
        Column("policy", "Policy", text=True),
        Column("asked", f"Meets it in {ways['asked_in']}", percent=True),
        Column("price", "Price of effort, mean", "USD bn"),
    )
    rows = tuple(
        (policy, entry["share_asked"], entry["effort_price_usd_bn"])
        for policy, entry in triggered["beside"].items()
    )
    hit = triggered["hit_rate"]
    alarm = triggered["false_alarm_rate"]
    note = (
        f"{triggered['name']}: {ways['policy']} until {triggered['signpost']} is {triggered['side']} "
        f"{triggered['threshold']:g} for {triggered['for_months']} months, then {triggered['turns_to']}. It fires in "
        f"{percent(triggered['fired'])} of futures"
        + (f", in the middle one in {triggered['month_fired']}" if triggered["month_fired"] else "")
        + (
            f"; while signposts are watched, in {percent(hit)} of those that miss the aim without it and in "
            f"{percent(alarm)} of the others."
            if hit is not None and alarm is not None
            else "."
        )
    )
    title = f"Acting at once, later, or on a signal: {aim['title']}"
    return Table(f"triggered_{name}", title, columns, rows, (note,))
