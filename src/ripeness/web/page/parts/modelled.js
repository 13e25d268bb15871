// Blocks that a case does not list move nothing: their numbers are 0 in every future, which is no finding and is not drawn.

import { h, put } from "../dom.js";
import { listWords, t } from "../words.js";
import { indicatorTitle } from "./chart_card.js";

/** @typedef {import("../state.js").State} State */

/** Whether an indicator has anything to show in the drawn answer. @param {State} state @param {string} name */
export function isModelled(state, name) {
  const { money, schema } = state;
  const bands = money?.policies[schema.reference].charts[name];
  if (!bands || money.history[name]?.months?.length) return true;
  return (
    bands.p95.some((/** @type {number|null} */ value) => value !== 0 && value !== null) ||
    bands.p05.some((/** @type {number|null} */ value) => value !== 0 && value !== null)
  );
}

/** Whether a number is 0 in every future. @param {any} stat */
export const isEmpty = (stat) => Boolean(stat) && stat.p05 === 0 && stat.p95 === 0 && stat.mean === 0;

/** A line that names the indicators left out, following the state. @param {State} state @param {{name: string, node: HTMLElement}[]} charts */
export function leftOut(state, charts) {
  const node = h("p", { class: "small muted" });
  function refresh() {
    const out = charts.filter(({ name }) => !isModelled(state, name));
    for (const chart of charts) chart.node.hidden = out.includes(chart);
    node.hidden = !out.length;
    put(
      node,
      out.length
        ? t("not_modelled_here", {
            names: listWords(
              out.map(({ name }) =>
                indicatorTitle(state.schema.indicators.find((/** @type {any} */ each) => each.name === name)),
              ),
            ),
          })
        : "",
    );
  }
  const leave = state.on("money", refresh);
  refresh();
  return { node, leave };
}
