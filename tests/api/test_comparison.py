from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import ripeness
from ripeness.api import Comparison
from ripeness.base import Month, RipenessError
from ripeness.ensemble.metrics import metrics_of

METRICS = metrics_of("money_chain")


def test_the_document_keeps_the_contract(comparison: Comparison, contracts: dict) -> None:
    document = json.loads(comparison.to_json())
    jsonschema.validate(document, contracts["compare"])
    assert list(document["policies"]) == ["as_enacted", "pressure_first", "ratchet", "sequential"]
    assert set(document["policies"]["ratchet"]["metrics"]) == {metric.name for metric in METRICS}
    assert document["policies"]["ratchet"]["by_model"] == {}, "bargaining is not faked"
    assert document["draws"]["from"] == "prior"
    assert document["run"]["mode"] == "forecast"
    for shares in document["share_best"].values():
        assert sum(shares.values()) == pytest.approx(1.0)


def test_differences_are_those_of_the_same_future(comparison: Comparison) -> None:
    values = comparison.to_xarray()["export_revenue_usd_bn"]
    gap = (values.sel(policy="pressure_first") - values.sel(policy="as_enacted")).values
    said = comparison.document["policies"]["pressure_first"]["difference"]["export_revenue_usd_bn"]
    assert said["p50"] == pytest.approx(np.median(gap), rel=1e-6)
    assert said["share_lower"] == (gap < 0).mean()
    assert said["p50"] < 0, "pressure lowers revenue in the toy case"
    own = comparison.document["policies"]["as_enacted"]["difference"]["export_revenue_usd_bn"]
    assert own["p05"] == own["p95"] == 0.0


def test_numbers_depend_neither_on_threads_nor_on_the_other_policies(comparison: Comparison) -> None:
    alone = ripeness.compare("two_states", "ratchet", members=300, prior=True, threads=1)
    both, one = comparison.document["policies"]["ratchet"], alone.document["policies"]["ratchet"]
    assert both["metrics"] == one["metrics"]
    assert both["difference"] == one["difference"]


def test_a_run_is_the_comparison_of_one_policy() -> None:
    one = ripeness.run("two_states", "ratchet", members=40, prior=True)
    two = ripeness.compare("two_states", "ratchet", members=40, prior=True)
    assert one.document["policies"] == two.document["policies"]
    assert one.document["run"]["hash"] == two.document["run"]["hash"]
    assert one.document["schema"] == "ripeness/run/1"


def test_arrays_have_units_months_and_the_run(comparison: Comparison) -> None:
    data = comparison.to_xarray()
    assert data["brent_usd_bbl"].attrs["units"] == "USD/bbl"
    assert data["monthly_oil_gas_revenue_rub_trn"].attrs["units"] == "RUB trn, last 12 months"
    assert data["monthly_brent_usd_bbl"].dims == ("policy", "quantile", "month")
    assert str(data["month"].values[0])[:7] == "2001-01"
    assert data.attrs["hash"] == comparison.document["run"]["hash"]
    spread = data["monthly_export_volume_mbd"]
    assert bool((spread.sel(quantile=0.95) >= spread.sel(quantile=0.05)).all())


def test_monthly_fans_are_those_of_the_run(comparison: Comparison) -> None:
    fans = comparison.fans(["ratchet"])
    last = fans.quantiles["ratchet"]["liquid_fund_rub_trn"][:, -1]
    stat = comparison.document["policies"]["ratchet"]["metrics"]["liquid_fund_rub_trn"]
    np.testing.assert_allclose(last, [stat[key] for key in ("p05", "p25", "p50", "p75", "p95")], rtol=1e-6)


def test_flat_records_hold_every_policy_and_metric(comparison: Comparison) -> None:
    rows = comparison.table()
    assert len(rows) == 4 * len(METRICS)
    assert {"policy", "metric", "unit", "p05", "p50", "p95", "difference_p50", "share_lower"} <= set(rows[0])


def test_a_notebook_gets_a_page_without_script(comparison: Comparison) -> None:
    text = comparison._repr_html_()
    assert text.startswith('<div class="rip">')
    assert "<script" not in text
    assert "What holds" in text
    assert "What does not hold" in text
    assert repr(comparison) == "<Comparison: two_states: policies side by side, 2003-01 to 2004-12>"


def test_start_moves_every_policy_and_until_ends_the_run() -> None:
    early = ripeness.compare(
        "two_states", "ratchet", start="2002-01", until=Month(2002, 6), members=40, prior=True
    )
    run = early.document["run"]
    assert (run["start"], run["until"], run["mode"]) == ("2002-01", "2002-06", "replay")
    assert early.document["policies"]["ratchet"]["acts_from"] == "2002-01"


def test_an_objective_is_a_named_judgment() -> None:
    result = ripeness.compare(
        "two_states",
        "ratchet,sequential",
        objectives=["export_revenue_usd_bn:higher"],
        metrics="export_revenue_usd_bn",
        members=40,
        prior=True,
    )
    document = result.document
    assert [each["sense"] for each in document["objectives"]] == ["higher"]
    assert list(document["share_best"]) == ["export_revenue_usd_bn"]
    assert list(document["metrics"]) == ["export_revenue_usd_bn"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"policies": "sequental"}, "did you mean 'sequential'"),
        ({"metrics": "brnt"}, "did you mean 'brent_usd_bbl'"),
        ({"objectives": ["brent_usd_bbl:down"]}, "brent_usd_bbl:lower"),
        ({"start": "2003"}, "YYYY-MM"),
        ({"start": "1999-01"}, "2001-01 to 2004-12"),
        ({"until": "2002-12"}, "2003-01"),
        ({"members": 3}, "20 or more"),
        ({"seed": -1}, "4294967295"),
        ({"dtype": "float16"}, "float"),
        ({"threads": 0}, "1 or more"),
        ({"cluster": "tcp://nowhere:1"}, "--out"),
    ],
)
def test_a_wrong_option_is_refused_with_a_remedy(options: dict, says: str) -> None:
    with pytest.raises(RipenessError) as caught:
        ripeness.compare("two_states", **options)
    assert says in str(caught.value)


def test_a_saved_comparison_is_the_same_and_has_its_report(tmp_path: Path) -> None:
    saved = ripeness.compare("two_states", "ratchet", members=64, prior=True, out=tmp_path / "run")
    plain = ripeness.compare("two_states", "ratchet", members=64, prior=True)
    assert saved.document["policies"] == plain.document["policies"]
    assert saved.document["run"]["hash"] == plain.document["run"]["hash"]
    report = tmp_path / "run" / "report"
    files = {path.name for path in report.iterdir()}
    assert files >= {
        "compare.json",
        "tables.csv",
        "records.csv",
        "page.html",
        "fans_ratchet.svg",
        "fans_ratchet.png",
    }
    assert json.loads((report / "compare.json").read_text()) == json.loads(saved.to_json())
    proof = ripeness.verify(tmp_path / "run", recompute=True)
    assert proof.ok
    assert proof.document["identical"]


def test_the_posterior_of_a_case_is_used_unless_priors_are_asked_for(tmp_path: Path) -> None:
    case = ripeness.new(tmp_path / "fitted").document["folder"]
    ripeness.fit(case, particles=64, repeats=1)
    posterior = ripeness.compare(case, "ratchet", members=40)
    assert posterior.document["draws"]["from"] == "posterior"
    assert "posterior" in posterior.lines[2]
    driven = posterior.document["policies"]["ratchet"]["metrics"]["brent_usd_bbl"]["prior_driven"]
    assert driven is None or 0 <= driven <= 1
    assert ripeness.compare(case, "ratchet", members=40, prior=True).document["draws"]["from"] == "prior"
