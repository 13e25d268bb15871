// Twenty equally likely futures as dots; those that never get there stand apart, at the right.

import { g, h, put } from "../dom.js";
import { plain, t } from "../words.js";
import { inUnits, setHeight, ticks } from "./scale.js";

/**
 * @param {{label: string, dots: (number|null)[], months: number, look: string}[]} rows
 * @returns {HTMLElement}
 */
export function dotPlot(rows) {
  const node = h("div", { class: "dotplot" });
  let width = 0;
  new ResizeObserver(() => {
    const next = inUnits(node.clientWidth);
    if (next === width || next < 60) return;
    width = next;
    put(
      node,
      rows.map((row) => drawn(row, width)),
    );
  }).observe(node);
  return node;
}

/** @param {{label: string, dots: (number|null)[], months: number, look: string}} row @param {number} width */
function drawn(row, width) {
  const apart = 96;
  const wide = width - apart - 20;
  const radius = Math.min(6, Math.max(4, wide / 60));
  const reached = row.dots
    .filter((each) => each !== null)
    .map(Number)
    .sort((one, other) => one - other);
  const never = row.dots.length - reached.length;
  const bins = Math.max(Math.floor(wide / (radius * 2 + 1)), 6);
  /** @type {Map<number, number>} */
  const stacks = new Map();
  const dots = reached.map((months) => {
    const bin = Math.min(Math.floor((months / row.months) * bins), bins - 1);
    const level = stacks.get(bin) ?? 0;
    stacks.set(bin, level + 1);
    return { x: 10 + ((bin + 0.5) / bins) * wide, level };
  });
  const columns = 4;
  const tallest = Math.max(3, ...stacks.values(), Math.ceil(never / columns));
  const floor = tallest * (radius * 2 + 1) + 8;
  const height = floor + 24;
  const words = t("dots.says", {
    label: row.label,
    n: reached.length,
    of: row.dots.length,
    first: reached.length ? plain(Math.round(reached[0])) : "–",
    months: row.months,
  });
  const svg = g(
    "svg",
    { role: "img", "aria-label": words, viewBox: `0 0 ${width} ${height}`, class: `dots ${row.look}` },
    g("line", { x1: 10, x2: 10 + wide, y1: floor, y2: floor, class: "axis" }),
    ticks(0, row.months, 5).map((at) =>
      g("text", { x: 10 + (at / row.months) * wide, y: floor + 16, "text-anchor": "middle" }, plain(at)),
    ),
    dots.map((dot) =>
      g("circle", {
        cx: dot.x.toFixed(1),
        cy: (floor - radius - 1 - dot.level * (radius * 2 + 1)).toFixed(1),
        r: radius,
      }),
    ),
    Array.from({ length: never }, (_, i) =>
      g("circle", {
        class: "never",
        cx: (width - apart + 16 + (i % columns) * (radius * 2 + 3)).toFixed(1),
        cy: (floor - radius - 1 - Math.floor(i / columns) * (radius * 2 + 1)).toFixed(1),
        r: radius - 0.75,
      }),
    ),
    g("text", { x: width - apart + 8, y: floor + 16 }, t("dots.never", { never, of: row.dots.length })),
  );
  setHeight(svg, height);
  return h("div", { class: "dotrow" }, h("p", { class: "dotname" }, row.label), svg);
}
