"""Signposts of the policy under way, the month in which it stops being good enough, and where one could then switch.

Everything is learned on training futures and reported on held-out ones, beside what it was in training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ripeness.analysis.signposts import (
    GOOD_ENOUGH,
    READING_MONTHS,
    Record,
    good_spans,
    judge,
    learn,
    readings,
    tipping_point,
)
from ripeness.api.progress import Progress
from ripeness.api.simulation import Asked
from ripeness.base import Month, RipenessError
from ripeness.case import Policy, Trigger
from ripeness.ensemble.effort import effort
from ripeness.ensemble.searched import FutureSet, output_paths, unseen_from
from ripeness.flow import PolicyRow, layout_of, records_of
from ripeness.policy import CompiledPolicy, compile_policy, policy_faults
from ripeness.policy.checks import lineage

if TYPE_CHECKING:
    from ripeness.case import Change, MonthlyAim, Pathways

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DELAY_MONTHS = 1
"""Months from a trigger's condition to its changes."""

SHOWN_DIGITS = 4
"""Significant digits of a trigger's threshold, as somebody would announce it."""


def pathways_document(
    asked: Asked, ways: Pathways, held_out: int, heard: Progress
) -> tuple[dict[str, Any], tuple[Policy, ...]]:
    """The `pathways` part of the document, with `notes`, and the triggered policies as files could hold them.

    RipenessError where the months asked for do not lie in the run, or an aim is no number of the program.
    """
    question = asked.question
    if question.start + (ways.by - 1) > question.until:
        raise RipenessError(
            f"the aims are asked in {question.start + (ways.by - 1)}, after the run's end in {question.until}",
            f"give pathways a `by` of at most {question.until - question.start + 1}",
        )
    work = _Ways(asked, ways, held_out)
    heard.stage("watching signposts of the policy under way")
    signposts = {aim.name: work.signposts(aim) for aim in ways.aims}
    heard.stage("following every policy to where it stops being good enough")
    aims: dict[str, Any] = {}
    policies: list[Policy] = []
    for aim in ways.aims:
        tipping = tipping_point(work.shares(work.training, ways.policy, aim)[work.first :])
        switched = work.switched(aim, tipping)
        triggered, policy = work.triggered(aim, signposts[aim.name], tipping)
        if policy is not None:
            policies.append(policy)
        aims[aim.name] = {
            "title": aim.title,
            "output": aim.output,
            "months": aim.months,
            "reduction": aim.reduction,
            "at_most": aim.at_most,
            "at_least": aim.at_least,
            "judgment": aim.judgment,
            "missed_training": work.missed_share(work.training, aim),
            "missed_held_out": work.missed_share(work.unseen, aim),
            "tipping_month_training": work.month(tipping),
            "tipping_month": work.month(
                tipping_point(work.shares(work.unseen, ways.policy, aim)[work.first :])
            ),
            "signposts": signposts[aim.name],
            "policies": {name: work.way(name, aim) for name in work.fixed},
            "switched": switched,
            "triggered": triggered,
        }
    document = {
        "policy": ways.policy,
        "start": str(question.start),
        "asked_in": str(question.start + (ways.by - 1)),
        "watched_until": str(question.start + (ways.watch - 1)),
        "reading_months": READING_MONTHS,
        "level": GOOD_ENOUGH,
        "training_futures": asked.options.members,
        "held_out_futures": held_out,
        "months": [str(month) for month in work.months[work.first :]],
        "aims": aims,
        "notes": list(NOTES),
    }
    return document, tuple(policies)


NOTES = (
    "Signals and switches are of this model. A threshold weighs a missed warning and a false alarm alike; who weighs "
    "them otherwise takes another one from the same futures.",
    "Signposts are read without delay or error of measurement, which flatters them.",
    "Policies that are switched to begin anew in the month of the switch; what was done before stays done.",
)


@dataclass(frozen=True)
class _Ways:
    """One question of signposts, laid out: futures, paths of policies, and shares of futures that are good enough."""

    asked: Asked
    ways: Pathways
    held_out: int

    @property
    def fixed(self) -> tuple[str, ...]:
        """Policies begun at the start and kept up: the one under way first."""
        return tuple(dict.fromkeys([self.ways.policy, *self.ways.switch_to]))

    @property
    def months(self) -> list[Month]:
        """Months of the run from the case's first on."""
        question = self.asked.question
        count = question.until - question.case.first_month + 1
        return [question.case.first_month + i for i in range(count)]

    @property
    def first(self) -> int:
        """Place of the start among the months."""
        return self.asked.question.start - self.asked.question.case.first_month

    @property
    def by(self) -> int:
        """Place of the month in which aims are asked."""
        return self.first + self.ways.by - 1

    def month(self, after: int | None) -> str | None:
        """A month by its number from the start."""
        return None if after is None else str(self.asked.question.start + after)

    @cached_property
    def training(self) -> FutureSet:
        """Futures on which thresholds and switches are chosen."""
        return FutureSet(self._bare, self.asked.draws.draw(0, self.asked.options.members), 0)

    @cached_property
    def unseen(self) -> FutureSet:
        """Futures on which they are judged."""
        first = unseen_from(self.asked.options.members)
        return FutureSet(self._bare, self.asked.draws.draw(first, self.held_out), first)

    @property
    def _bare(self) -> Any:
        question = self.asked.question
        return replace(question, names=question.names[:1], policies=question.policies[:1])

    def compiled(self, name: str) -> CompiledPolicy:
        """A policy of the question, begun at the start."""
        return self.asked.policies[self.asked.names.index(name)]

    def paths(self, futures: FutureSet, rows: Floats, outputs: Sequence[str]) -> Floats:
        """Monthly outputs (n, T, outputs, N)."""
        options = self.asked.options
        return np.asarray(
            output_paths(futures, rows, outputs, dtype=options.dtype, threads=options.threads),
            dtype=np.float64,
        )

    @cached_property
    def _aim_paths(self) -> dict[int, dict[str, Floats]]:
        """By futures, then policy: outputs of the aims (T, outputs, N)."""
        rows = np.stack([self.compiled(name).rows for name in self.fixed])
        outputs = self._aim_outputs
        return {
            id(futures): dict(zip(self.fixed, self.paths(futures, rows, outputs), strict=True))
            for futures in (self.training, self.unseen)
        }

    @property
    def _aim_outputs(self) -> list[str]:
        return list(dict.fromkeys(aim.output for aim in self.ways.aims))

    def met(self, paths: Floats, aim: MonthlyAim) -> Flags:
        """Whether the aim is met, (T, N), from outputs of the aims (T, outputs, N); as in the first month with enough
        months before it, until there are."""
        values = paths[:, self._aim_outputs.index(aim.output)]
        means = readings(values, aim.months)
        means[: aim.months - 1] = means[aim.months - 1]
        amounts = means * aim.months if aim.reduction == "sum" else means
        return amounts <= aim.at_most if aim.at_most is not None else amounts >= (aim.at_least or 0.0)

    def shares(self, futures: FutureSet, policy: str, aim: MonthlyAim) -> Floats:
        """Share of futures in which a policy begun at the start meets an aim, (T,)."""
        return np.asarray(self.met(self._aim_paths[id(futures)][policy], aim).mean(axis=1))

    def missed(self, futures: FutureSet, aim: MonthlyAim) -> Flags:
        """Whether the policy under way misses the aim in the month asked, (N,)."""
        return ~self.met(self._aim_paths[id(futures)][self.ways.policy], aim)[self.by]

    def missed_share(self, futures: FutureSet, aim: MonthlyAim) -> float:
        """Share of futures in which the policy under way misses the aim."""
        return float(self.missed(futures, aim).mean())

    @cached_property
    def _watched(self) -> dict[int, Floats]:
        """Readings (signposts, W, N) of the watched months under the policy under way, by futures."""
        rows = self.compiled(self.ways.policy).rows[None]
        span = slice(self.first, self.first + self.ways.watch)
        found = {}
        for futures in (self.training, self.unseen):
            paths = self.paths(futures, rows, self.ways.signposts)[0]
            found[id(futures)] = np.stack(
                [readings(paths[:, at])[span] for at in range(len(self.ways.signposts))]
            )
        return found

    def signposts(self, aim: MonthlyAim) -> list[dict[str, Any]]:
        """Every signpost for one aim, the best in training first; those that tell nothing last."""
        trained, unseen = self.missed(self.training, aim), self.missed(self.unseen, aim)
        rows: list[dict[str, Any]] = []
        for at, name in enumerate(self.ways.signposts):
            seen, new = self._watched[id(self.training)][at], self._watched[id(self.unseen)][at]
            post = learn(seen, trained)
            if post is None:
                rows.append(
                    {"signpost": name, "side": None, "threshold": None, "training": None, "held_out": None}
                )
                continue
            rows.append(
                {
                    "signpost": name,
                    "side": post.side,
                    "threshold": post.threshold,
                    "training": _plain(judge(post, seen, trained, self.ways.by - 1)),
                    "held_out": _plain(judge(post, new, unseen, self.ways.by - 1)),
                }
            )

        def order(row: Mapping[str, Any]) -> tuple[float, str]:
            return (-row["training"]["auc"] if row["training"] else 1.0, row["signpost"])

        return sorted(rows, key=order)

    def way(self, policy: str, aim: MonthlyAim) -> dict[str, Any]:
        """Where a policy begun at the start is good enough, on held-out futures."""
        return self._way(self.shares(self.unseen, policy, aim), self.asked.question.start)

    def _way(self, shares: Floats, begins: Month) -> dict[str, Any]:
        own = shares[self.first :]
        return {
            "begins": str(begins),
            "shares": [float(value) for value in own],
            "good_enough": [[self.month(a), self.month(b)] for a, b in good_spans(own)],
            "share_asked": float(shares[self.by]),
        }

    def spliced(self, policy: str, begins: Month) -> Floats:
        """Rows of the policy under way until a month, and of another one begun in it from there on."""
        rows = np.array(self.compiled(self.ways.policy).rows)
        at = begins - self.asked.question.case.first_month
        rows[at:] = compile_policy(self.asked.case, policy, begins).rows[at:]
        return rows

    def switched(self, aim: MonthlyAim, tipping: int | None) -> dict[str, Any]:
        """Each policy switched to in the tipping month of training, on held-out futures; none without one."""
        if tipping is None:
            return {}
        begins = self.asked.question.start + tipping
        names = [name for name in self.ways.switch_to if name != self.ways.policy]
        rows = np.stack([self.spliced(name, begins) for name in names])
        paths = self.paths(self.unseen, rows, self._aim_outputs)
        return {
            name: self._way(self.met(one, aim).mean(axis=1), begins)
            for name, one in zip(names, paths, strict=True)
        }

    def triggered(
        self, aim: MonthlyAim, posts: Sequence[Mapping[str, Any]], tipping: int | None
    ) -> tuple[dict[str, Any] | None, Policy | None]:
        """The policy that waits for the best signpost a trigger can watch, beside the fixed ones, on held-out futures.

        It turns to the policy that meets the aim most often in training when begun at once. None where no signpost
        tells anything, or no policy can be put behind a trigger.
        """
        watched = records_of(self.asked.case.program).watched
        usable = [row for row in posts if row["training"] is not None and row["signpost"] in watched]
        if not usable:
            return None, None
        post = max(
            usable,
            key=lambda row: (
                round(row["training"]["hit_rate"] - row["training"]["false_alarm_rate"], 9),
                row["training"]["auc"],
                row["signpost"],
            ),
        )
        options = [
            name
            for name in self.ways.switch_to
            if name != self.ways.policy and self._changes(name) is not None
        ]
        if not options:
            return None, None
        target = max(options, key=lambda name: self.shares(self.training, name, aim)[self.by])
        policy = self._policy(aim, post, target)
        case = replace(self.asked.case, policies={**self.asked.case.policies, policy.name: policy})
        if policy_faults(case, policy):
            return None, None
        rows = {
            self.ways.policy: self.compiled(self.ways.policy).rows,
            f"{target} at once": self.compiled(target).rows,
        }
        if tipping:
            rows[f"{target} from {self.month(tipping)}"] = self.spliced(
                target, self.asked.question.start + tipping
            )
        rows[policy.name] = compile_policy(case, policy.name, self.asked.question.start).rows
        outputs = [
            *self._aim_outputs,
            *(name for name in self.ways.signposts if name not in self._aim_outputs),
        ]
        paths = self.paths(self.unseen, np.stack(list(rows.values())), outputs)
        fired = self._fired(paths[0], paths[-1])
        missed = self.missed(self.unseen, aim)
        soon = fired < self.ways.watch + READING_MONTHS
        return {
            "name": policy.name,
            "signpost": post["signpost"],
            "side": post["side"],
            "threshold": self._announced(post),
            "for_months": READING_MONTHS,
            "after_months": DELAY_MONTHS,
            "turns_to": target,
            "fired": float(np.isfinite(fired).mean()),
            "month_fired": self.month(int(np.median(fired[np.isfinite(fired)])))
            if np.isfinite(fired).any()
            else None,
            "hit_rate": _share(soon[missed]),
            "false_alarm_rate": _share(soon[~missed]),
            "beside": {
                name: {
                    "share_asked": float(self.met(one, aim)[self.by].mean()),
                    "shares": [float(value) for value in self.met(one, aim)[self.first :].mean(axis=1)],
                    "effort_price_usd_bn": self._price(row, name == policy.name, fired, target),
                }
                for (name, row), one in zip(rows.items(), paths, strict=True)
            },
        }, policy

    def _announced(self, post: Mapping[str, Any]) -> float:
        return float(f"{post['threshold']:.{SHOWN_DIGITS}g}")

    def _changes(self, name: str) -> tuple[Change, ...] | None:
        """Changes that lead from the policy under way to another one; None where they cannot stand behind a trigger."""
        case = self.asked.case
        under_way = {each.name for each in lineage(case, case.policies[self.ways.policy])}
        added = [each for each in lineage(case, case.policies[name]) if each.name not in under_way]
        if any(each.triggers for each in added):
            return None
        changes = tuple(change for each in added for change in each.changes)
        return changes if changes and not any(change.ramp_months for change in changes) else None

    def _policy(self, aim: MonthlyAim, post: Mapping[str, Any], target: str) -> Policy:
        """The policy under way with one trigger: the signpost beyond its threshold, then the other policy's changes."""
        changes = self._changes(target)
        assert changes is not None
        level = self._announced(post)
        above = post["side"] == "above"
        said = f"{post['signpost']} {post['side']} {level:g} for {READING_MONTHS} months"
        return Policy(
            name=f"{aim.name}_watched",
            title=f"{self.ways.policy}, and {target} once {said}",
            author="learned signposts",
            question=f"Does waiting for a signal do as well as acting at once? Aim: {aim.title}",
            base=self.ways.policy,
            needs=(),
            start=self.asked.question.start,
            changes=(),
            triggers=(
                Trigger(
                    post["signpost"],
                    level if above else None,
                    None if above else level,
                    READING_MONTHS,
                    DELAY_MONTHS,
                    changes,
                    said,
                ),
            ),
            expected=(),
            mapping_notes=(
                "The threshold was learned on readings of three months' means; the trigger asks for three months in "
                "a row beyond it, which is a little stricter.",
                "Months of the changes count from the policy's start, not from the month of the signal.",
            ),
        )

    def _fired(self, before: Floats, after: Floats) -> Floats:
        """Months from the start to the first difference that the trigger makes, (N,); inf where there is none."""
        differs = (before[self.first :] != after[self.first :]).any(axis=1)
        return np.where(differs.any(axis=0), differs.argmax(axis=0).astype(float), np.inf)

    def _price(self, row: Floats, is_triggered: bool, fired: Floats, target: str) -> float:
        """Price of effort from the start to the end, mean over futures; a triggered policy pays once it fired."""
        own = self._monthly_price(row)
        if not is_triggered:
            return float(own.sum())
        other = self._monthly_price(self.compiled(target).rows)
        months = np.arange(len(own))[:, None]
        return float(np.where(months < fired, own[:, None], other[:, None]).sum(axis=0).mean())

    def _monthly_price(self, rows: Floats) -> Floats:
        field = layout_of(PolicyRow)["levers"]
        levers = rows[: len(self.months), field.start : field.start + field.rows]
        return effort(self.asked.case, levers).price_usd_bn[self.first :]


def _share(flags: Flags) -> float | None:
    return float(flags.mean()) if len(flags) else None


def _plain(record: Record) -> dict[str, Any]:
    found = {
        "auc": record.auc,
        "hit_rate": record.hit_rate,
        "hit_error": record.hit_error,
        "false_alarm_rate": record.false_alarm_rate,
        "false_alarm_error": record.false_alarm_error,
        "lead_months": record.lead_months,
        "missed": record.missed,
        "futures": record.futures,
    }
    return {
        key: None if isinstance(value, float) and not np.isfinite(value) else value
        for key, value in found.items()
    }
