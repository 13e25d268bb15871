"""Tables and sentences on endings, from the document of a war that never was."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripeness.cli.terminal import folded
from ripeness.report import (
    Share,
    Spread,
    Strip,
    Table,
    comparison_summary,
    comparison_tables,
    csv_text,
    page,
    shown_rows,
)

Invented = Callable[[], dict[str, Any]]

DEAL, PEOPLE = "p_durable_settlement", "people_lost"

TOGETHER = "casualties of Ruritania, Graustark and civilians together"

VERDICTS = st.sampled_from(("holds", "model_dependent", "open"))


def by_name(document: Mapping[str, Any]) -> dict[str, Table]:
    return {table.name: table for table in comparison_tables(document)}


def sentences(document: Mapping[str, Any]) -> tuple[str, str]:
    *_, holds, does_not = comparison_summary(document)["below"]
    return holds, does_not


def every_word(document: Mapping[str, Any]) -> str:
    tables = comparison_tables(document)
    shown = [
        part
        for table in tables
        for part in (
            table.title,
            *table.notes,
            *(column.heading for column in table.columns),
            *(cell for row in shown_rows(table) for cell in row),
        )
    ]
    said = comparison_summary(document)
    return "\n".join([*said["above"], *shown, *said["below"]])


def numbers_in(document: object) -> Iterator[float]:
    if isinstance(document, Mapping):
        for value in document.values():
            yield from numbers_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from numbers_in(value)
    elif isinstance(document, float | int) and not isinstance(document, bool):
        yield float(document)


def numbers_of(table: Table) -> Iterator[float]:
    for row in table.rows:
        for cell in row:
            if isinstance(cell, Spread):
                yield from (value for value in cell.values if value is not None)
            elif isinstance(cell, Share):
                yield cell.value
            elif isinstance(cell, Strip):
                yield from (value for value in cell.spread.values if value is not None)
            elif isinstance(cell, float):
                yield cell


def judge(document: dict[str, Any], metric: str, policy: str, sign: int, verdict: str) -> None:
    for each in document["bargaining"]["agreement"]:
        if (each["metric"], each["policy"]) == (metric, policy):
            each["verdict"] = verdict
            each["sign"] |= {"m1": sign, "r1": sign if verdict == "holds" else -sign, "r2": 0}


def nulled(stat: dict[str, Any]) -> None:
    for key in ("mean", "p05", "p25", "p50", "p75", "p95"):
        stat[key] = None


def test_every_number_of_a_table_stands_in_the_document(invented: Invented) -> None:
    document = invented()
    document["bargaining"]["equal_budget"] = {
        "budget_usd_bn": 71.25,
        "scale": {"simultaneous": 0.81, "pressure_only": 1.0},
        "spend_usd_bn": {"simultaneous": 71.3, "pressure_only": 71.2},
        "worst": 0.004,
    }
    known = set(numbers_in(document))
    for table in comparison_tables(document):
        for value in numbers_of(table):
            assert value in known, (table.name, value)


def test_a_deal_is_a_range_for_each_model_and_never_one_number(invented: Invented) -> None:
    table = by_name(invented())["deal"]
    assert [column.key for column in table.columns] == ["policy", "m1", "r1", "r2", "n0", "against"]
    for row in shown_rows(table):
        for cell in row[1:-1]:
            assert re.fullmatch(r"\d+ \(\d+ to \d+\)", cell)


def test_the_verdict_stands_beside_the_models(invented: Invented) -> None:
    rows = {row[0]: row[-1] for row in shown_rows(by_name(invented())["deal"])}
    assert rows == {
        "as_enacted": "",
        "talks_only": "open",
        "pressure_only": "by model",
        "simultaneous": "higher",
        "tighten_if_discount_narrows": "higher",
    }


def test_people_stand_next_to_deals_with_the_widest_band_of_the_models(invented: Invented) -> None:
    document = invented()
    names = list(by_name(document))
    assert names.index("people") == names.index("deal") + 1
    table = by_name(document)["people"]
    by_model = document["policies"]["simultaneous"]["by_model"]
    found = next(row for row in table.rows if row[0] == "simultaneous")[1]
    assert found == Spread(
        by_model["m1"]["casualties_a"]["p50"],
        min(by_model[model]["casualties_a"]["p05"] for model in ("m1", "r1", "r2")),
        max(by_model[model]["casualties_a"]["p95"] for model in ("m1", "r1", "r2")),
    )


def test_a_first_look_has_deals_people_terms_money_regret_and_what_decides(invented: Invented) -> None:
    first = [table.name for table in comparison_tables(invented()) if not table.further]
    assert first == [
        "deal",
        "people",
        "terms",
        "metric_money",
        "regret",
        f"ending_regret_{DEAL}",
        f"ending_regret_{PEOPLE}",
        f"decides_{DEAL}_simultaneous_pressure_only",
    ]
    document = invented()
    document["bargaining"]["equal_budget"] = {
        "budget_usd_bn": 71.25,
        "scale": {"simultaneous": 0.81},
        "spend_usd_bn": {"simultaneous": 71.3},
        "worst": 0.004,
    }
    assert not by_name(document)["spending"].further, "whoever asks for equal budgets wants to see them"


def test_tables_fit_a_page_of_100_columns(invented: Invented) -> None:
    for table in comparison_tables(invented()):
        if table.columns[1].text:
            continue  # words wrap
        rows = shown_rows(table)
        widths = []
        for at, column in enumerate(table.columns):
            cells = [row[at] for row in rows]
            heading = folded(column.heading, [cell if not column.text else "" for cell in cells])
            widths.append(max(len(line) for line in (*heading.split("\n"), *cells)))
        assert sum(widths) + 2 * (len(widths) - 1) <= 100, table.name


def test_parties_have_their_names_and_no_letters(invented: Invented) -> None:
    document = invented()
    document["metrics"]["money"]["label"] = "Money of the attacker"
    text = every_word(document)
    assert "Money of Ruritania" in text
    assert "Graustark" in text
    assert not re.search(r"\b[AD]\b", re.sub(r"(^|\. )A ", "", text, flags=re.MULTILINE))
    assert "ttacker" not in text
    assert "efender" not in text


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=90),
    st.text(min_size=1, max_size=90),
)
def test_names_of_parties_may_be_long_or_strange(invented: Invented, attacker: str, defender: str) -> None:
    document = invented()
    document["bargaining"]["parties"] = {"a": attacker, "d": defender}
    assert attacker in every_word(document)
    assert defender in every_word(document)
    for table in comparison_tables(document):
        for at, column in enumerate(table.columns):
            folded(column.heading, [row[at] for row in shown_rows(table)])


def test_the_two_sentences_say_what_holds_and_what_depends_on_the_model(invented: Invented) -> None:
    holds, does_not = sentences(invented())
    assert holds.startswith("What holds: in this model and at least one rival, no rival against")
    assert (
        "deals that last five years are more frequent under simultaneous and tighten_if_discount_narrows, "
        "furthest under tighten_if_discount_narrows: 22 (15 to 28) of 100 futures against 20 (14 to 26)"
    ) in holds
    assert "casualties of Ruritania, Graustark and civilians together are higher under talks_only:" in holds
    assert "and lower under simultaneous:" in holds
    assert "for scale, the null n0 (past wars' mean rate)" in holds
    assert "apart from endings, in this model money over 2003-01 to 2004-12 is" in holds
    assert (
        "the direction under pressure_only depends on the model "
        "(Main model more frequent, Rival 1 less frequent, Rival 2 takes no side)"
    ) in does_not
    assert "no model takes a side on talks_only" in does_not
    assert "depends on the map of the stake" in does_not
    assert "talks_only for 'Whom Graustark may ally with'" in does_not


@given(st.sampled_from((-1, 1)), VERDICTS, st.sampled_from((-1, 1)), VERDICTS)
def test_sentences_turn_with_the_signs_and_verdicts_of_the_document(
    invented: Invented, deal_sign: int, deal_verdict: str, people_sign: int, people_verdict: str
) -> None:
    document = invented()
    for policy in document["policies"]:
        judge(document, DEAL, policy, deal_sign, deal_verdict)
        judge(document, PEOPLE, policy, people_sign, people_verdict)
    holds, does_not = sentences(document)
    for sign, verdict, subject, more, less in (
        (deal_sign, deal_verdict, "deals that last five years", "more frequent", "less frequent"),
        (people_sign, people_verdict, TOGETHER, "higher", "lower"),
    ):
        right, wrong = (more, less) if sign > 0 else (less, more)
        assert (f"{subject} are {right} under" in holds) == (verdict == "holds")
        assert f"{subject} are {wrong} under" not in holds
        assert (f"for {subject}, " in does_not) == (verdict != "holds" or subject.startswith("deals"))
        assert (f"Main model {right}" in does_not) == (verdict == "model_dependent")
    if "holds" not in (deal_verdict, people_verdict):
        assert "What holds: nothing about endings" in holds
    assert "null n0" in holds, "a null always gives the scale"


def test_no_sentence_claims_a_probability_of_peace_or_that_a_policy_is_good(invented: Invented) -> None:
    text = every_word(invented()).lower()
    for word in ("probability", "peace", "wins", "better", "worse", "should"):
        assert not re.search(rf"\b{word}\b", text), word


def test_nothing_says_that_talks_are_not_modelled_where_they_are(invented: Invented) -> None:
    document = invented()
    document["identical"] = [["talks_only", "pressure_only"]]
    document["policies"]["pressure_only"]["identical_to"] = "talks_only"
    text = every_word(document)
    assert "talks_only and pressure_only do the same in every month." in text
    assert "does not model" not in text
    assert "not modelled" not in text


def test_without_bargaining_there_are_no_endings_and_the_old_sentences_stay(invented: Invented) -> None:
    document = invented()
    document["bargaining"] = None
    assert list(by_name(document)) == ["metric_money", "regret"]
    holds, does_not = sentences(document)
    assert holds.startswith("What holds: in this model money over")
    assert does_not.endswith("since talks and fighting are not modelled.")
    del document["bargaining"]
    assert sentences(document) == (holds, does_not)


def test_a_war_without_a_money_chain_has_endings_alone(invented: Invented) -> None:
    document = invented()
    document |= {"metrics": {}, "objectives": [], "share_best": {}, "ranking": {}}
    for entry in document["policies"].values():
        entry |= {"metrics": {}, "difference": {}, "regret": {}}
    holds, does_not = sentences(document)
    assert "money" not in f"{holds} {does_not}"
    assert [name for name in by_name(document) if name.startswith(("metric", "regret"))] == []
    assert not any(line.startswith("Lower:") for line in comparison_summary(document)["above"])


def test_a_document_in_which_everybody_drops_out_of_the_sentence_still_has_one(invented: Invented) -> None:
    document = invented()
    document["bargaining"]["agreement"] = []
    document["bargaining"]["other_stakes"] = {}
    document["share_best"]["money"] |= {"simultaneous": 0.99}
    _, does_not = sentences(document)
    assert does_not == "What does not hold: anything beyond the tables above."


def test_one_policy_alone_is_not_compared_but_its_endings_are_told(invented: Invented) -> None:
    document = invented()
    document["policies"] = {"as_enacted": document["policies"]["as_enacted"]}
    document["bargaining"]["agreement"] = []
    document["bargaining"]["drivers"] = []
    names = list(by_name(document))
    assert "deal" in names
    assert not any(name.startswith(("ending_regret", "agreement", "stakes")) for name in names)
    assert "against" not in [column.key for column in by_name(document)["deal"].columns]
    holds, _ = sentences(document)
    assert "no second policy" in holds
    assert "null n0" in holds


def test_a_policy_that_ends_as_another_shares_its_row_and_one_that_does_not_has_its_own(
    invented: Invented,
) -> None:
    document = invented()
    policies = document["policies"]
    policies["pressure_only"]["identical_to"] = "talks_only"
    assert shown_rows(by_name(document)["deal"])[2][1] != "as talks_only"
    policies["pressure_only"]["by_model"] = copy.deepcopy(policies["talks_only"]["by_model"])
    assert shown_rows(by_name(document)["deal"])[2][1] == "as talks_only"
    regret = by_name(document)[f"ending_regret_{DEAL}"]
    assert "pressure_only" not in [row[0] for row in regret.rows]
    best = document["bargaining"]["share_best"]["m1"][DEAL]
    row = next(row for row in regret.rows if row[0] == "talks_only")
    assert row[2] == pytest.approx(best["talks_only"] + best["pressure_only"])


def test_the_zone_is_shown_also_where_nobody_took_it_apart(invented: Invented) -> None:
    document = invented()
    assert len(by_name(document)["zone"].columns) == 6
    document["bargaining"]["ripeness"] = None
    table = by_name(document)["zone"]
    assert [column.key for column in table.columns] == ["policy", "zopa"]
    assert shown_rows(table)[0][1].startswith("−10 (")
    for entry in document["policies"].values():
        del entry["by_model"]["m1"]["zopa"]
    assert "zone" not in by_name(document)


def test_what_has_no_number_has_a_word(invented: Invented) -> None:
    document = invented()
    first = document["policies"]["as_enacted"]
    nulled(first["by_model"]["m1"]["terms_share_a"])
    nulled(first["by_model"]["m1"]["months_to_settlement"])
    first["spend_usd_bn"] = None
    row = shown_rows(by_name(document)["terms"])[0]
    assert row[1:3] == ["later", "no deal"]
    assert shown_rows(by_name(document)["spending"])[0][1] == "not known"


@given(st.data())
def test_nulls_anywhere_break_no_table_and_no_sentence(invented: Invented, data: st.DataObject) -> None:
    document = invented()
    stats = [
        stat
        for entry in document["policies"].values()
        for model in entry["by_model"].values()
        for stat in model.values()
    ]
    stats += [
        stat
        for model in document["bargaining"]["regret"].values()
        for metric in model.values()
        for stat in metric.values()
    ]
    for at in data.draw(st.lists(st.integers(0, len(stats) - 1), max_size=80)):
        nulled(stats[at])
    if data.draw(st.booleans()):
        for stat in stats:
            nulled(stat)
    for policy in data.draw(st.sets(st.sampled_from(list(document["policies"])))):
        document["policies"][policy]["spend_usd_bn"] = None
        document["bargaining"]["ripeness"].pop(policy)
    for policy in data.draw(st.sets(st.sampled_from(list(document["policies"])))):
        document["policies"][policy]["by_model"] = {}
    text = every_word(document)
    assert "nan" not in text.lower().replace("finance", "")
    assert "None" not in text
    assert page("t", comparison_tables(document))
    assert csv_text(comparison_tables(document))


def test_headings_are_folded_to_the_width_of_their_cells() -> None:
    assert folded("Of 100 parts of the stake to Ruritania", ["30 (21 to 39)"]).split("\n") == [
        "Of 100 parts",
        "of the stake",
        "to Ruritania",
    ]
    assert folded("Main model", ["2"]) == "Main model"
    assert folded("Bosnien-und-Herzegowina", []).replace("\n", "") == "Bosnien-und-Herzegowina"


def test_csv_keeps_shares_as_shares_and_says_so(invented: Invented) -> None:
    document = invented()
    rows = list(csv.reader(io.StringIO(csv_text([by_name(document)["deal"]]))))
    assert rows[1][:4] == ["policy", "m1 [share] p50", "m1 [share] p05", "m1 [share] p95"]
    assert float(rows[2][1]) == document["policies"]["as_enacted"]["by_model"]["m1"][DEAL]["p50"]


def test_what_decides_is_marked_where_it_is_prior_driven(invented: Invented) -> None:
    document = invented()
    table = by_name(document)[f"decides_{DEAL}_simultaneous_pressure_only"]
    assert [row[-1] for row in shown_rows(table)] == ["prior", "prior", "record, weakly"]
    below = comparison_summary(document)["below"]
    assert any(line.startswith("Prior-driven: of the 3 assumptions") for line in below)


def test_tables_do_not_change_the_document(invented: Invented) -> None:
    document = invented()
    before = json.dumps(document)
    every_word(document)
    assert json.dumps(document) == before
