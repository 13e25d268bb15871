// The result in one sentence, made from a template and what the document says.

import { monthWords, number, of100, plain, quantity, t } from "../words.js";

/** @param {import("../state.js").State} state */
export function resultSentence(state) {
  const { key, values } = state.money.sentence;
  const words = {
    start: monthWords(values.start, "long"),
    until: monthWords(values.until, "long"),
    members: plain(values.members),
  };
  if (!values.metric) return t(key, words);
  const signed = { signed: true };
  return t(key, {
    ...words,
    metric: t(`metric.${values.metric}`),
    p50: quantity(values.p50, values.unit, signed),
    p05: number(values.p05, values.unit, signed),
    p95: number(values.p95, values.unit, signed),
    share_lower: of100(values.share_lower),
    share_higher: of100(values.share_higher),
  });
}
