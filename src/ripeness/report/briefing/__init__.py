"""The report: one page from the documents of a comparison, its talks, claims and conditions."""

from ripeness.report.briefing.answer import answer_lines, answer_of
from ripeness.report.briefing.page import briefing_page, briefing_tables

__all__ = ["answer_lines", "answer_of", "briefing_page", "briefing_tables"]
