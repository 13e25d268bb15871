"""How a saved run is cut and named: its chunks, its files, and what they keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ripeness import engine
from ripeness.ensemble.simulate import MAX_CHUNK
from ripeness.flow import ProgramRecords, records_of

OUTCOMES_KEPT = (
    "mean_brent_usd_bbl",
    "mean_fob_discount_usd_bbl",
    "mean_delivered_discount_usd_bbl",
    "mean_export_volume_mbd",
    "cum_export_revenue_usd_bn",
    "cum_oil_gas_revenue_rub_trn",
    "cum_deficit_rub_trn",
    "cum_coalition_cost_usd_bn",
    "liquid_fund_rub_trn",
    "months_to_stressed",
    "months_to_constrained",
    "months_to_unsustainable",
    "runway_months",
    "shadow_share_crude",
    "usd_rub",
    "cpi_yoy",
    "key_rate",
    "territory_km2",
    "cum_losses_a",
    "cum_losses_d",
    "cum_dead_a",
    "cum_dead_d",
    "cum_civilian_harm",
    "cum_aid_usd_bn",
    "cum_drones",
    "chest_months",
    "squeeze",
    "manpower_a",
    "manpower_d",
    "combat_ratio_log",
    "power_damage_share",
    "support_a",
    "support_d",
    "support_coalition",
    "support_patron",
)
"""Outputs of the last month that are kept for every member, where the program has them; money first."""

FAN_MEMBERS = 2048
"""Members over which the quantiles of a fan are taken, unless asked otherwise."""

FEW_CHUNKS = 16
"""Chunks into which a small run is cut, so that a few threads share it."""

FORMAT = 1
"""Number of this folder's format."""

RUN, INPUTS, PARAMETERS, OUTCOMES, FANS, CHUNKS = (
    "run.json",
    "inputs.npz",
    "parameters.parquet",
    "outcomes.parquet",
    "fans.parquet",
    "chunks",
)
PATHS = ("paths.zarr", "paths.npz")


def outcome_rows(records: ProgramRecords) -> tuple[str, ...]:
    """Outputs of the last month that a run of the program keeps for every member."""
    return tuple(name for name in OUTCOMES_KEPT if name in records.output_rows)


def chunk_size(members: int) -> int:
    """Members a chunk: whole blocks, a number that depends on the run only, so that any machine can go on."""
    blocks = -(-members // (FEW_CHUNKS * engine.BLOCK))
    return min(MAX_CHUNK, blocks * engine.BLOCK)


def program_records(record: Mapping[str, Any]) -> ProgramRecords:
    """Records of the program of a run's record; one that names none is older than all programs but the first."""
    return records_of(record.get("program", "money_chain"))


@dataclass(frozen=True)
class Plan:
    """How a run is cut: its record, members a chunk, and how many members' paths are used and kept."""

    record: Mapping[str, Any]
    chunk: int
    fan_members: int
    saved_paths: int

    @property
    def members(self) -> int:
        """Number of futures."""
        return int(self.record["members"])

    @property
    def records(self) -> ProgramRecords:
        """Records of the run's program."""
        return program_records(self.record)

    @property
    def outcome_rows(self) -> tuple[str, ...]:
        """Outputs of the last month that are kept for every member."""
        return outcome_rows(self.records)

    @property
    def outcome_index(self) -> list[int]:
        """Their rows among all outputs."""
        return [self.records.output_rows.index(name) for name in self.outcome_rows]

    @property
    def kept(self) -> int:
        """Members whose paths a chunk must hold."""
        return max(self.fan_members, self.saved_paths)

    @property
    def pieces(self) -> list[tuple[int, int]]:
        """First member and length of every chunk."""
        return [
            (first, min(self.chunk, self.members - first)) for first in range(0, self.members, self.chunk)
        ]

    def describe(self) -> dict[str, Any]:
        """All that a second call must agree on, as plain values."""
        return {
            "format": FORMAT,
            "run": dict(self.record),
            "grid": {
                "chunk": self.chunk,
                "chunks": len(self.pieces),
                "fan_members": self.fan_members,
                "saved_paths": self.saved_paths,
                "outcome_rows": list(self.outcome_rows),
            },
        }

    @classmethod
    def read(cls, manifest: Mapping[str, Any]) -> Plan:
        """The plan that a manifest describes."""
        grid = manifest["grid"]
        return cls(manifest["run"], grid["chunk"], grid["fan_members"], grid["saved_paths"])
