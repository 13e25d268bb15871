// Endings by rival model: names of models, and the table that every chart of them has beside it.

import { h } from "../dom.js";
import { banded, chance, named, t } from "../words.js";
import { dataTable, policyTitle } from "./chart_card.js";

/** @param {string} id @param {{label: string}} about */
export const modelName = (id, about) => named(`model.${id}`, about.label);

const CHANCES = new Set(["p_settled", "p_durable_settlement", "p_collapse_a", "p_collapse_d", "p_renewed_war"]);
const SHOWN = ["p_settled", "p_durable_settlement", "p_collapse_a", "p_collapse_d", "p_renewed_war", "terms_share_a", "territory_km2", "casualties_a", "casualties_d", "civilian_harm_index"];

/** All endings, by model and policy. @param {import("../state.js").State} state */
export function endingsTable(state) {
  const { bargain, schema } = state;
  if (!bargain) return h("p", {}, t("loading"));
  const { models, policies } = bargain.bargaining;
  const names = [schema.reference, ...(bargain.moved ? ["mine"] : [])];
  const cell = (/** @type {string} */ metric, /** @type {any} */ stat) => (!stat ? "–" : CHANCES.has(metric) ? chance(stat) : banded(stat));
  return h("div", {}, Object.keys(models).map((model) => dataTable({
    caption: modelName(model, models[model]),
    heads: [t("overview.metric"), ...names.map((name) => policyTitle(state, name))],
    rows: SHOWN.map((metric) => [t(`metric.${metric}`), ...names.map((name) => cell(metric, policies[name]?.[model]?.[metric]))]),
  })));
}
