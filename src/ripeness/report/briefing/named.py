"""Policies by the titles that people read, in sentences and in tables that were made with their short names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ripeness.report.documents import NAMED, Document, party_named
from ripeness.report.tables import Cell, Table


class Names:
    """Titles of the policies of a report's document."""

    def __init__(self, document: Document) -> None:
        self._titles = {name: str(about["title"]) for name, about in document["policies"].items()}
        told = document["compare"]["bargaining"]
        self._parties = told["parties"] if told else None
        spoken = sorted((name for name in self._titles if "_" in name), key=len, reverse=True)
        self._spoken = re.compile(rf"\b({'|'.join(map(re.escape, spoken))})\b") if spoken else None
        self._pairs = {
            f"{one} minus {other}": f"{self.quoted(one)} less {self.quoted(other)}"
            for one in self._titles
            for other in self._titles
        }

    def title(self, name: str) -> str:
        """Title of a policy."""
        return self._titles.get(name, name)

    def quoted(self, name: str) -> str:
        """Title in quotation marks, as a sentence says it."""
        return f"“{self.title(name)}”"

    def listed(self, names: Sequence[str]) -> str:
        """Titles as a sentence says them: the first four, and how many others."""
        shown = [self.quoted(name) for name in names[:NAMED]]
        if len(names) > NAMED:
            return f"{', '.join(shown)} and {len(names) - NAMED} other{'s' if len(names) > NAMED + 1 else ''}"
        return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"

    def party(self, label: str) -> str:
        """A label with the parties' names in it, where the run has parties."""
        return party_named(label, self._parties) if self._parties else label

    def said(self, text: str) -> str:
        """A sentence with titles in place of short names.

        Short names that are common words too (conditional) are replaced only where two of them are set against each
        other.
        """
        for pair, words in self._pairs.items():
            if text.endswith(pair):
                text = text.removesuffix(pair) + words
        if self._spoken is None:
            return text
        return self._spoken.sub(lambda found: self.quoted(found[0]), text)

    def in_table(self, table: Table) -> Table:
        """The same table with titles in its cells, its heading and its notes."""
        return replace(
            table,
            title=self.said(table.title),
            notes=tuple(map(self.said, table.notes)),
            columns=tuple(replace(column, header=self.said(column.header)) for column in table.columns),
            rows=tuple(tuple(map(self._cell, row)) for row in table.rows),
        )

    def _cell(self, value: Cell) -> Cell:
        """The title where a cell is the short name of a policy, or says that the row is as that of another."""
        if not isinstance(value, str):
            return value
        if value.startswith("as ") and value[3:] in self._titles:
            return f"as {self.quoted(value[3:])}"
        return self._titles.get(value, value)


def uncapped(label: str) -> str:
    """A label inside a sentence: its first letter small, unless it is a name or an abbreviation."""
    if label.startswith("Brent") or label[1:2].isupper():
        return label
    return label[:1].lower() + label[1:]
