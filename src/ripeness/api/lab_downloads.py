"""Files to take away: the numbers of a link as tables and pictures, the run to repeat it, and the case itself."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from ripeness.api.figures import acting_of, footer_of, panels_of, subtitle_of
from ripeness.api.lab_charts import lab_charts
from ripeness.api.lab_futures import Answered
from ripeness.api.linking import command_of, snippet
from ripeness.api.share_link import MINE, link_text, policy_file
from ripeness.base import RipenessError, suggestion
from ripeness.case import REFERENCE, Case, case_file_names
from ripeness.ensemble.fans import QUANTILES
from ripeness.report.fan_charts import FanFigure
from ripeness.report.wording import NO_FORECAST

Document = dict[str, Any]

EPOCH = (2020, 1, 1, 0, 0, 0)
"""Date of every entry of an archive, so that the same content gives the same bytes."""


def csv_of(document: Document, chart: str | None) -> str:
    """Monthly quantiles, one a row, of one chart or all; lines that begin with # say what they are."""
    out = io.StringIO()
    for line in _about(document):
        out.write(f"# {line}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("policy", "indicator", "unit", "month", "quantile", "value"))
    writer.writerows(_fan_rows(document, chart))
    return out.getvalue()


def totals_csv(document: Document) -> str:
    """Sums over the run, one a policy and metric."""
    out = io.StringIO()
    for line in _about(document):
        out.write(f"# {line}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("policy", "metric", "unit", "mean", *QUANTILES, "mc_error", "prior_driven"))
    for policy, entry in document["policies"].items():
        for name, stat in entry["totals"].items():
            numbers = (stat[key] for key in ("mean", *QUANTILES, "mc_error", "prior_driven"))
            writer.writerow((policy, name, stat["unit"], *(_cell(value) for value in numbers)))
    return out.getvalue()


def figure_of(answered: Answered, case: Case, chart: str | None) -> FanFigure:
    """One chart, or all as small multiples, with source, settings and link in the picture."""
    chosen = chosen_charts(case, chart)
    labels = _labels(answered)
    names = tuple(labels.values())
    bands = {name: future.fans for name, future in zip(names, answered.futures, strict=True)}
    return FanFigure(
        title=chosen[0].title if len(chosen) == 1 else ", ".join(names),
        subtitle=subtitle_of(case, names, "the status quo"),
        footer=f"{footer_of(answered.run, answered.asked)}\n{link_text(answered.link.question, case)}",
        months=answered.shown,
        panels=panels_of(case, chosen, answered.shown, bands),
        data_end=case.data_until,
        starts={labels[name]: start for name, start in acting_of(answered.asked).items()},
        until=answered.run.until,
    )


def _labels(answered: Answered) -> dict[str, str]:
    """What a picture calls each policy: as the page does."""
    titles = {policy.name: policy.title for policy in answered.asked.policies}
    titles |= {REFERENCE: "Status quo", MINE: "Your settings"}
    chosen = {name: titles[name] for name in answered.run.policies}
    return chosen if len(set(chosen.values())) == len(chosen) else {name: name for name in chosen}


def chosen_charts(case: Case, chart: str | None) -> tuple[Any, ...]:
    """The chart of a name, or all; RipenessError names the nearest."""
    every = lab_charts(case.program)
    if chart is None:
        return every
    found = tuple(each for each in every if each.name == chart)
    if not found:
        raise RipenessError(
            f"there is no chart {chart[:60]!r}", suggestion(chart, [each.name for each in every], "chart")
        )
    return found


def run_archive(answered: Answered, case: Case, document: Document, text: str) -> bytes:
    """Everything of a link: its policy as a file, its numbers, and how to have them again."""
    link = answered.link
    policies = ",".join(("mine.yaml", *link.beside))
    command = f"ripeness compare {case.name} --policies {policies}" + "".join(
        f" --{key} {value}"
        for key, value in (
            ("start", link.start),
            ("until", link.until),
            ("members", link.members),
            ("seed", link.seed),
        )
    )
    fixed = (
        "\nThe link fixes assumptions, which a policy file cannot say; use --link.\n"
        if link.assumptions
        else ""
    )
    about = (
        f"{NO_FORECAST}\n\nLink: {link_text(link.question, case)}\nRun: {document['run']['hash']}\n"
        f"Model: {document['run']['model_version']}\nCase: {case.name} {case.content_hash}\n\n"
        f"The same numbers again:\n\n    {command_of(link, case)}\n    {command}\n{fixed}"
    )
    return archive(
        {
            "README.txt": about,
            "mine.yaml": policy_file(link, case),
            "money.json": text,
            "months.csv": csv_of(document, None),
            "totals.csv": totals_csv(document),
            "run.py": snippet(link, case),
        }
    )


def case_archive(case: Case) -> bytes:
    """The files that a case is read from, in a folder of its name."""
    return archive(
        {f"{case.name}/{name}": (case.folder / name).read_bytes() for name in case_file_names(case)}
    )


def archive(files: Mapping[str, str | bytes]) -> bytes:
    """A ZIP whose bytes depend on its content alone."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            out.writestr(entry, files[name])
    return made.getvalue()


def _about(document: Document) -> Iterator[str]:
    run = document["run"]
    yield f"ripeness {run['model_version']}, case {run['case']}, data to {run['data_as_of']}, run {run['hash']}"
    yield f"link: {document['link']}"
    yield f"{run['members']} futures, seed {run['seed']}, {run['start']} to {run['until']}. {NO_FORECAST}"


def _fan_rows(document: Document, chart: str | None) -> Iterator[tuple[Any, ...]]:
    months = document["months"]
    for name, found in document["history"].items():
        if chart in (None, name):
            unit = document["policies"][REFERENCE]["charts"][name]["unit"]
            for month, value in zip(found["months"], found["values"], strict=True):
                yield "record", name, unit, month, "", _cell(value)
    for policy, entry in document["policies"].items():
        for name, band in entry["charts"].items():
            if chart in (None, name):
                for quantile in QUANTILES:
                    for month, value in zip(months, band[quantile], strict=True):
                        yield policy, name, band["unit"], month, quantile, _cell(value)


def _cell(value: float | None) -> str:
    return "" if value is None else repr(value)
