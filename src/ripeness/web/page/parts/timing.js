// When levers act: the month all start, and a start and a ramp of its own for each lever moved.

import { fresh, g, h, put } from "../dom.js";
import { monthPlus, monthsBetween } from "../link.js";
import { monthWords, t } from "../words.js";
import { leverName } from "./levers.js";

const WIDE = 200;

/** @param {import("../state.js").State} state */
export function drawTiming(state) {
  const { schema } = state;
  const months = [];
  for (let month = schema.months.start; month <= schema.months.last; month = monthPlus(month, 1)) months.push(month);
  const starts = [];
  for (let month = schema.months.first; month < schema.months.last; month = monthPlus(month, 1)) starts.push(month);
  const start = monthSelect(t("when.start"), starts, (value) =>
    state.set((question) => {
      question.start = value;
      if (question.until < value) question.until = schema.months.until;
    }),
  );
  const until = monthSelect(t("when.until"), months, (value) => state.set((question) => void (question.until = value)));
  const rows = h("div", { class: "when" });
  const node = h(
    "details",
    { class: "group" },
    h("summary", {}, t("group.when")),
    h("p", { class: "small muted" }, t("when.about")),
    h("div", { class: "when" }, start.node, until.node),
    rows,
  );
  let shown = "";
  function refresh() {
    const { question } = state;
    start.select.value = question.start;
    until.select.value = question.until;
    const names = Object.keys(question.moves);
    const of =
      JSON.stringify([
        question.start,
        question.until,
        names.map((name) => [question.moves[name].at, question.moves[name].over]),
      ]) + names.join();
    if (of === shown || rows.contains(document.activeElement)) {
      for (const strip of rows.querySelectorAll("svg.strip")) drawStrip(state, /** @type {any} */ (strip));
      if (of === shown || rows.contains(document.activeElement)) return;
    }
    shown = of;
    put(
      rows,
      names.map((name) => timingRow(state, name)),
    );
  }
  const off = state.on("question", refresh);
  refresh();
  return { node, leave: off };
}

/** @param {string} label @param {string[]} months @param {(month: string) => void} chosen */
function monthSelect(label, months, chosen) {
  const select = h(
    "select",
    { id: fresh("month"), onchange: () => chosen(select.value) },
    months.map((month) => h("option", { value: month }, monthWords(month))),
  );
  return { select, node: h("div", { class: "row" }, h("label", { for: select.id }, label), select) };
}

/** @param {import("../state.js").State} state @param {string} name */
function timingRow(state, name) {
  const { question, schema } = state;
  const lever = schema.levers.find((/** @type {any} */ each) => each.name === name || each.parts.includes(name));
  const label = lever ? leverName(lever) : name;
  const months = [];
  for (let month = question.start; month <= question.until; month = monthPlus(month, 1)) months.push(month);
  const at = h(
    "select",
    {
      "aria-label": t("when.at", { name: label }),
      onchange: () => change((move) => void (move.at = at.value === question.start ? null : at.value)),
    },
    months.map((month) =>
      h("option", { value: month, selected: month === (question.moves[name].at ?? question.start) }, monthWords(month)),
    ),
  );
  const over = h("input", {
    type: "number",
    min: 0,
    max: schema.limits.ramp_months,
    value: question.moves[name].over,
    "aria-label": t("when.over", { name: label }),
    onchange: () => over.checkValidity() && change((move) => void (move.over = Number(over.value))),
  });
  function change(/** @type {(move: import("../link.js").Move) => void} */ done) {
    state.set((next) => next.moves[name] && done(next.moves[name]));
  }
  const strip = g("svg", {
    class: "strip",
    viewBox: `0 0 ${WIDE} 18`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
    "data-lever": name,
  });
  drawStrip(state, strip);
  return h(
    "div",
    { class: "row" },
    h("span", { class: "name" }, label),
    h("label", {}, h("span", {}, t("when.from")), at),
    h("label", {}, h("span", {}, t("when.months")), over),
    strip,
  );
}

/** How a lever comes in over the months. @param {import("../state.js").State} state @param {SVGElement} strip */
function drawStrip(state, strip) {
  const { question } = state;
  const move = question.moves[strip.dataset.lever ?? ""];
  if (!move) return;
  const all = Math.max(monthsBetween(question.start, question.until), 1);
  const x = (/** @type {number} */ month) => Math.min((month / all) * WIDE, WIDE);
  const begins = monthsBetween(question.start, move.at ?? question.start);
  put(
    strip,
    g("rect", { x: 0, y: 8, width: WIDE, height: 2 }),
    g("path", { d: `M${x(begins)} 16L${x(begins + move.over)} 2L${WIDE} 2L${WIDE} 16Z` }),
  );
}
