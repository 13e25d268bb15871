// The result in one sentence, made from a template and what the document says.

import { banded, monthWords, of100, plain, quantity, t } from "../words.js";

/** @param {import("../state.js").State} state */
export function resultSentence(state) {
  const { key, values } = state.money.sentence;
  const words = { start: monthWords(values.start, "long"), until: monthWords(values.until, "long"), members: plain(values.members) };
  if (!values.metric) return t(key, words);
  const stat = { unit: values.unit, p05: values.p05, p50: values.p50, p95: values.p95 };
  return t(key, {
    ...words,
    metric: t(`metric.${values.metric}`),
    middle: quantity(values.p50, values.unit, { signed: true }),
    range: banded(stat, { signed: true }),
    low: quantity(values.p05, values.unit, { signed: true }),
    high: quantity(values.p95, values.unit, { signed: true }),
    p05: quantity(values.p05, values.unit, { signed: true }),
    p50: quantity(values.p50, values.unit, { signed: true }),
    p95: quantity(values.p95, values.unit, { signed: true }),
    unit: values.unit,
    share_lower: of100(values.share_lower),
    share_higher: of100(values.share_higher),
  });
}
