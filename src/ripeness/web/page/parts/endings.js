// Endings by rival model: names of models, the table that every chart of them has beside it, months to a deal.

import { dotPlot } from "../charts/dots.js";
import { h } from "../dom.js";
import { banded, chance, named, plain, t } from "../words.js";
import { card, dataTable, policyLook, policyTitle, showTable } from "./chart_card.js";

/** @param {string} id @param {{label: string}} about */
export const modelName = (id, about) => named(`model.${id}`, about.label);

/** Whether the mean of a chance lies so far from its middle that both are to be said. @param {any} stat */
export const meanApart = (stat) => stat.unit === "share" && Math.abs(stat.mean - stat.p50) >= 0.05;

/** How many structural draws are in, or that what is shown is of older settings. @param {import("../state.js").State} state */
export function drawsWords({ bargain, bargainOf, query, since }) {
  if (bargainOf !== query) return t("matrix.old");
  const { draws } = bargain;
  const more = draws.in < draws.of && since.bargain !== null;
  return `${t("matrix.draws", { in: plain(draws.in), of: plain(draws.of) })} ${more ? t("matrix.more") : ""}`;
}

const CHANCES = new Set(["p_settled", "p_durable_settlement", "p_collapse_a", "p_collapse_d", "p_renewed_war"]);
const SHOWN = [
  "p_settled",
  "p_durable_settlement",
  "p_collapse_a",
  "p_collapse_d",
  "p_renewed_war",
  "terms_share_a",
  "territory_km2",
  "casualties_a",
  "casualties_d",
  "civilian_harm_index",
];

/** All endings, by model and policy. @param {import("../state.js").State} state */
export function endingsTable(state) {
  const { bargain, schema } = state;
  if (!bargain) return h("p", {}, t("loading"));
  const { models, policies } = bargain.bargaining;
  const names = [schema.reference, ...(bargain.moved ? ["mine"] : [])];
  const cell = (/** @type {string} */ metric, /** @type {any} */ stat) =>
    !stat ? "–" : CHANCES.has(metric) ? chance(stat) : banded(stat);
  return h(
    "div",
    {},
    Object.keys(models).map((model) =>
      dataTable({
        caption: modelName(model, models[model]),
        heads: [t("overview.metric"), ...names.map((name) => policyTitle(state, name))],
        rows: SHOWN.map((metric) => [
          t(`metric.${metric}`),
          ...names.map((name) => cell(metric, policies[name]?.[model]?.[metric])),
        ]),
      }),
    ),
  );
}

/** Months to a deal as twenty futures a policy, with their table. @param {import("../state.js").State} state @param {2|4} level */
export function dotsCard(state, level = 2) {
  const found = state.bargain.dots;
  if (!found) return null;
  const reference = state.schema.reference;
  const beside = Object.keys(found.policies).filter((name) => name !== reference && name !== "mine");
  const names = [reference, ...(state.bargain.moved ? ["mine"] : []), ...beside];
  const [button, region] = showTable(() =>
    dataTable({
      caption: t("dots.title"),
      heads: [t("policy"), t("dots.months"), t("dots.none")],
      rows: names.map((name) => {
        const dots = found.policies[name];
        const reached = dots.filter((/** @type {number|null} */ each) => each !== null);
        return [
          policyTitle(state, name),
          reached.map((/** @type {number} */ each) => plain(each)).join("; ") || "–",
          plain(dots.length - reached.length),
        ];
      }),
      numeric: false,
    }),
  );
  return card({
    level,
    title: t("dots.title"),
    about: t("dots.about"),
    inside: [
      dotPlot(
        names.map((name) => ({
          label: policyTitle(state, name),
          dots: found.policies[name],
          months: found.months,
          look: policyLook(state, name),
        })),
      ),
      region,
    ],
    acts: [button],
  });
}
