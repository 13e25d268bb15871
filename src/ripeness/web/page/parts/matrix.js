// Endings by rival model: models in rows, policies in columns, every cell of a table on one scale.

import { rangeBar } from "../charts/ranges.js";
import { extent } from "../charts/scale.js";
import { h, put } from "../dom.js";
import { banded, named, number, of100, plain, range, t, unitWords } from "../words.js";
import { card, policyLook, policyTitle, scrolled } from "./chart_card.js";
import { drawsWords, meanApart, modelName } from "./endings.js";
import { keepPlace } from "./keep_place.js";
import { isEmpty } from "./modelled.js";
import { failed } from "./states.js";

/** @typedef {import("../state.js").State} State */

/** Policies in columns: the status quo, yours where levers moved, then those beside in your order. @param {State} state @returns {string[]} */
export function columnsOf(state) {
  return [state.schema.reference, ...(state.moved ? ["mine"] : []), ...state.question.beside];
}

/** @param {any} stat @param {string} unit */
function cellWords(stat, unit) {
  if (!stat || (stat.p50 === null && stat.share_reached === undefined)) return t("matrix.none");
  if (unit === "share")
    return stat.p95 === 0
      ? of100(0)
      : t("banded", { middle: of100(stat.p50), low: of100(stat.p05), high: of100(stat.p95) });
  if (stat.p05 === stat.p95 && stat.p50 === stat.p05) return number(stat.p50, unit);
  if (stat.share_reached === undefined) return banded(stat);
  return stat.share_reached === 0 ? t("matrix.never") : monthsBanded(stat);
}

/** Months until something comes: its middle where half of the futures get there, and later than shown where a quantile does not. @param {any} stat */
export function monthsBanded(stat) {
  const at = (/** @type {number|null} */ value) => (value === null ? t("matrix.later") : number(value, "months"));
  if (stat.p05 === null) return t("matrix.later");
  return stat.p50 === null
    ? t("range", { low: at(stat.p05), high: at(stat.p95) })
    : t("banded", { middle: at(stat.p50), low: at(stat.p05), high: at(stat.p95) });
}

/** What more a cell says: how many futures it rests on. @param {any} stat */
function cellNote(stat) {
  if (!stat) return null;
  if (stat.share_reached > 0) return t("matrix.reached", { share: of100(stat.share_reached) });
  if (meanApart(stat)) return t("matrix.mean", { share: of100(stat.mean) });
  return null;
}

/** Ends of one scale for some metrics of endings. @param {State} state @param {string[]} metrics @returns {[number, number]} */
export function scaleOfEndings(state, metrics) {
  const { models, metrics: about, policies } = state.bargain.bargaining;
  if (about[metrics[0]]?.unit === "share") return [0, 1];
  if (about[metrics[0]]?.unit === "months" && state.bargain.dots) return [0, state.bargain.dots.months];
  const values = [];
  for (const name of columnsOf(state))
    for (const model of Object.keys(models))
      for (const metric of metrics) {
        const stat = policies[name]?.[model]?.[metric];
        for (const value of [stat?.p05, stat?.p50, stat?.p95]) if (typeof value === "number") values.push(value);
      }
  return extent(values);
}

/**
 * One metric of the endings by model and policy.
 * @param {State} state @param {string} metric
 * @param {{ends?: [number, number], quiet?: boolean, bars?: boolean}} [how] quiet: the title stands above already
 */
export function endingMatrix(state, metric, { ends, quiet = false, bars = true } = {}) {
  const { models, metrics, policies } = state.bargain.bargaining;
  const { unit } = metrics[metric];
  const names = columnsOf(state);
  const scale = ends ?? scaleOfEndings(state, [metric]);
  const words = unitWords(unit);
  const title = words ? `${t(`metric.${metric}`)}, ${words}` : t(`metric.${metric}`);
  const told = Object.keys(models).filter((model) => names.some((name) => policies[name]?.[model]?.[metric]));
  return scrolled(
    title,
    h(
      "table",
      { class: "matrix" },
      h(
        "caption",
        {},
        quiet ? h("span", { class: "sr" }, title) : title,
        bars ? h("small", { class: "scale" }, ` ${scaleWords(scale, unit)}`) : null,
      ),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("model")),
          names.map((name) => h("th", { scope: "col" }, policyTitle(state, name))),
        ),
      ),
      h(
        "tbody",
        {},
        told.map((model) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, modelName(model, models[model])),
            names.map((name) => {
              const stat = policies[name]?.[model]?.[metric];
              if (policies[name] === undefined) return h("td", {}, "…");
              const look = policyLook(state, name);
              const note = cellNote(stat);
              return h(
                "td",
                {},
                bars ? rangeBar(stat, scale, { look }) : null,
                h("span", { class: "num small" }, cellWords(stat, unit)),
                note ? h("small", { class: "block" }, note) : null,
              );
            }),
          ),
        ),
      ),
    ),
  );
}

/**
 * A region that follows the document on endings: says how many structural draws are in, what failed, what is old.
 * @param {State} state @param {HTMLElement} inside @param {() => (Node|string|null)[]} make
 */
export function followEndings(state, inside, make) {
  const status = h("div", { class: "small muted", role: "status" });
  const body = h("div", { class: "stack" });
  put(inside, status, body);
  function refresh() {
    const { bargain, failure } = state;
    if (failure.bargain)
      return put(
        status,
        failed(failure.bargain, () => state.tell("question")),
      );
    if (!bargain) return put(status, t("loading"));
    put(status, drawsWords(state));
  }
  function redraw() {
    refresh();
    if (!state.bargain) return;
    keepPlace(body, () => put(body, make()));
    stale();
  }
  function stale() {
    refresh();
    body.classList.toggle("stale", Boolean(state.bargain) && state.bargainOf !== state.query);
  }
  const off = [state.on("bargain", redraw), state.on("busy", stale), state.on("question", stale)];
  redraw();
  return () => off.forEach((each) => each());
}

/** @param {[number, number]} ends @param {string} unit */
const scaleWords = ([low, high], unit) =>
  unit === "share" ? t("matrix.scale.chance") : t("matrix.scale", { range: range(low, high, unit) });

/** Cards of endings, as many in a row as leave their columns readable. @param {State} state @param {(Node|null)[]} cards */
export const endingCards = (state, cards) =>
  h("div", { class: "cards byends", "data-columns": String(Math.min(columnsOf(state).length, 5)) }, cards);

/** The same as a card. @param {State} state @param {string} metric @param {{ends?: [number, number], about?: Node|string|null, wide?: boolean, level?: 3|4}} [how] */
export function endingCard(state, metric, { ends, about = null, wide = false, level = 4 } = {}) {
  const found = state.bargain.bargaining.metrics[metric];
  if (!found) return null;
  const { policies } = state.bargain.bargaining;
  const every = Object.values(policies)
    .flatMap((models) => Object.values(models).map((stats) => stats[metric]))
    .filter(Boolean);
  if (found.unit === "thousand people" && every.every(isEmpty))
    return card({
      level,
      title: t(`metric.${metric}`),
      inside: h("p", { class: "small muted" }, t("not_modelled_here", { names: t(`metric.${metric}`) })),
    });
  return card({
    level,
    title: t(`metric.${metric}`),
    unit: unitWords(found.unit),
    about,
    wide,
    inside: endingMatrix(state, metric, { ends, quiet: true }),
  });
}

/**
 * Where models agree on a difference to the status quo, one sentence a policy; nothing before all draws are in.
 * @param {State} state @param {string} metric
 */
export function agreementWords(state, metric) {
  const { draws } = state.bargain;
  const found = state.bargain.bargaining.agreement.filter(
    (/** @type {any} */ each) => each.metric === metric && each.than === state.schema.reference,
  );
  if (!found.length) return null;
  const title = t("matrix.agreement", { metric: named(`metric.${metric}`, metric) });
  if (draws.in < draws.of)
    return h("p", { class: "small muted" }, title, ": ", t("matrix.agreement.later", { of: plain(draws.of) }));
  return h(
    "div",
    {},
    h("h4", {}, title),
    h(
      "ul",
      { class: "plainlist" },
      found.map((/** @type {any} */ each) => {
        const way = each.sign.m1 > 0 ? "higher" : each.sign.m1 < 0 ? "lower" : "";
        const key = each.verdict === "holds" ? `matrix.holds.${way}` : `matrix.${each.verdict}`;
        return h("li", {}, h("b", {}, policyTitle(state, each.policy)), ": ", t(key));
      }),
    ),
  );
}
