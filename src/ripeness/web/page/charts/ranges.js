// Rows of a dot on a range, one scale for all: a table that can be read as well as seen.

import { g, h } from "../dom.js";
import { number, range, t } from "../words.js";
import { extent } from "./scale.js";

/** @typedef {{name: Node|string, stat: import("../words.js").Stat|null, look?: string, note?: Node|string, words?: any}} Row */

/**
 * @param {{caption: string, rows: Row[], unit: string, heads: [string, string, string?], signed?: boolean, zero?: boolean,
 *   domain?: [number, number], scale?: boolean}} given scale: whether the caption says what the ends stand for
 * @returns {HTMLElement}
 */
export function rangeRows({ caption, rows, unit, heads, signed = false, zero = false, domain, scale = false }) {
  const values = rows
    .flatMap((row) => (row.stat ? [row.stat.p05, row.stat.p95, row.stat.p50] : []))
    .filter((each) => each !== null && each !== undefined)
    .map(Number);
  if (zero) values.push(0);
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (domain) [low, high] = domain;
  else if (!zero) [low, high] = extent(values);
  if (!Number.isFinite(low) || low === high) [low, high] = [Math.min(low || 0, 0) - 1, Math.max(high || 0, 0) + 1];
  const drawn = (/** @type {Row} */ row) => rangeBar(row.stat, [low, high], { zero, look: row.look });
  return h(
    "table",
    { class: "ranges" },
    h(
      "caption",
      {},
      caption,
      scale && rows.length
        ? h("small", { class: "scale" }, ` ${t("matrix.scale", { range: range(low, high, unit, { signed }) })}`)
        : null,
    ),
    h(
      "thead",
      { class: "sr" },
      h("tr", {}, h("th", { scope: "col" }, heads[0]), h("td", {}), h("th", { scope: "col" }, heads[1])),
    ),
    h(
      "tbody",
      {},
      rows.map((row) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, row.name, row.note ? h("small", {}, row.note) : null),
          h("td", { class: "bar" }, drawn(row)),
          h(
            "td",
            { class: "value" },
            row.words ??
              (row.stat
                ? [
                    h("b", {}, number(row.stat.p50, unit, { signed })),
                    " ",
                    h("small", {}, `(${range(row.stat.p05, row.stat.p95, unit, { signed })})`),
                  ]
                : "…"),
          ),
        ),
      ),
    ),
  );
}

/**
 * A dot on its range, from one end of a scale to the other; all bars of one scale can be compared.
 * @param {import("../words.js").Stat|null} stat @param {[number, number]} ends @param {{zero?: boolean, look?: string}} [how]
 */
export function rangeBar(stat, [low, high], { zero = false, look = "" } = {}) {
  const at = (/** @type {number} */ value) =>
    `${(3 + ((Math.min(Math.max(value, low), high) - low) / (high - low)) * 94).toFixed(2)}%`;
  const parts = [];
  if (zero && low <= 0 && high >= 0) parts.push(g("line", { class: "zero", x1: at(0), x2: at(0), y1: 0, y2: 28 }));
  if (stat && stat.p05 !== null) {
    const end = stat.p95 ?? high;
    parts.push(g("line", { class: "whole", x1: at(stat.p05), x2: at(end), y1: 14, y2: 14 }));
    if (stat.p25 !== null && stat.p25 !== undefined)
      parts.push(g("line", { class: "half", x1: at(stat.p25), x2: at(stat.p75 ?? end), y1: 14, y2: 14 }));
    if (stat.p50 !== null) parts.push(g("circle", { cx: at(stat.p50), cy: 14, r: 5 }));
  }
  return g("svg", { class: `rangebar ${look}`, height: 28, "aria-hidden": "true" }, parts);
}
