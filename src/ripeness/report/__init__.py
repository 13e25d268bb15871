"""What a reader sees: tables from documents, pages from tables, and fan charts.

Charts load matplotlib; import `ripeness.report.fan_charts` where one is drawn.
"""

from ripeness.report.backcasts import backcast_tables
from ripeness.report.comparison import SETTLED, comparison_summary, comparison_tables
from ripeness.report.experiments import experiment_tables
from ripeness.report.gradient import gradient_sentences, gradient_tables
from ripeness.report.hypertext import page
from ripeness.report.listings import (
    bench_tables,
    case_tables,
    check_tables,
    fit_tables,
    verify_tables,
)
from ripeness.report.numbers import MINUS, decimals_for, number, percent
from ripeness.report.scores import chart_line, score_line
from ripeness.report.searching import search_sentences, search_tables
from ripeness.report.sensitivity import sensitivity_sentences, sensitivity_tables
from ripeness.report.tables import Column, Share, Spread, Strip, Table, csv_records, csv_text, shown_rows
from ripeness.report.talks import talks_tables

__all__ = [
    "MINUS",
    "SETTLED",
    "Column",
    "Share",
    "Spread",
    "Strip",
    "Table",
    "backcast_tables",
    "bench_tables",
    "case_tables",
    "chart_line",
    "check_tables",
    "comparison_summary",
    "comparison_tables",
    "csv_records",
    "csv_text",
    "decimals_for",
    "experiment_tables",
    "fit_tables",
    "gradient_sentences",
    "gradient_tables",
    "number",
    "page",
    "percent",
    "score_line",
    "search_sentences",
    "search_tables",
    "sensitivity_sentences",
    "sensitivity_tables",
    "shown_rows",
    "talks_tables",
    "verify_tables",
]
