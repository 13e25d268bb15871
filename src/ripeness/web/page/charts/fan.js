// A fan chart: 50 and 90 % bands with soft edges, medians, the record before, a crosshair for pointer and keys.

import { fresh, g, h, put } from "../dom.js";
import { monthWords, number, range, t, unitWords } from "../words.js";
import { extent, inUnits, outgrown, rounded, setHeight, ticks } from "./scale.js";

/** @typedef {{p05: (number|null)[], p25: (number|null)[], p50: (number|null)[], p75: (number|null)[], p95: (number|null)[]}} Bands */
/** @typedef {{key: string, label: string, bands: Bands, look: "fan"|"quo"|"beside1"|"beside2"|"beside3"}} Line */
/** @typedef {{title: string, unit: string, months: string[], start: string, until: string, dataUntil: string, lines: Line[],
 *   history: {months: string[], values: number[], weak: boolean[]}|null, domain: [number, number]|null,
 *   hold: boolean}} Fan */

const SIDES = { left: 46, right: 14, bottom: 24 };
/** Room above, with that for the words of upright lines where they are named. */
const ABOVE = { small: 14, named: 27 };
/** Mean width of a letter of those words, in pixels. */
const LETTER = 7;
const SHOWN_BEFORE = 24;
/** Pixels between two upright lines from which each is named. */
const NEAR_MARKS = 12;
const HIGHEST = { percent: 100, share: 1 };
const QUANTILES = /** @type {const} */ (["p05", "p25", "p50", "p75", "p95"]);

/** The range that a chart needs. @param {Fan} fan @param {number} [before] @returns {[number, number]} */
export function needed(fan, before = SHOWN_BEFORE) {
  const first = shownFirst(fan, before);
  const skip = fan.months.findIndex((month) => month >= first);
  const values = [];
  for (const line of fan.lines) {
    const names = line.look === "fan" ? QUANTILES : /** @type {const} */ (["p50"]);
    for (const name of names)
      for (let at = Math.max(skip, 0); at < fan.months.length; at += 1)
        if (line.bands[name][at] !== null) values.push(/** @type {number} */ (line.bands[name][at]));
  }
  fan.history?.months.forEach((month, at) => {
    if (month >= first && fan.history) values.push(fan.history.values[at]);
  });
  const [low, high] = rounded(extent(values), 4);
  const highest = /** @type {Record<string, number>} */ (HIGHEST)[fan.unit] ?? Infinity;
  return [low, values.every((value) => value <= highest) ? Math.min(high, highest) : high];
}

/** @param {Fan} fan @param {number} before */
function shownFirst(fan, before) {
  const [year, month] = fan.start.split("-").map(Number);
  const at = year * 12 + month - 1 - before;
  const wanted = `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
  const known = [fan.months[0], ...(fan.history ? [fan.history.months[0]] : [])].sort()[0];
  return wanted > known ? wanted : known;
}

const place = (/** @type {string} */ month) => {
  const [year, number] = month.split("-").map(Number);
  return year * 12 + number - 1;
};

/**
 * @param {{colour: string, height?: number, before?: number, small?: boolean}} look
 */
export function fanChart({ colour, height = 230, before = SHOWN_BEFORE, small = false }) {
  const ROOM = { ...SIDES, top: small ? ABOVE.small : ABOVE.named };
  const label = fresh("fan");
  const clip = fresh("clip");
  const grid = g("g", { class: "grid" });
  const marks = g("g", { class: "marks" });
  const bands = g("g", { "clip-path": `url(#${clip})` });
  const cross = g("g", { class: "cross", visibility: "hidden" });
  const clipBox = g("rect");
  const svg = g(
    "svg",
    { class: `fan ${colour}`, role: "img", tabindex: small ? null : 0, "aria-describedby": label },
    g("defs", {}, g("clipPath", { id: clip }, clipBox)),
    grid,
    marks,
    bands,
    cross,
  );
  setHeight(svg, height);
  const readout = h("p", { class: "readout", id: label, "aria-live": "off" });
  const legend = h("ul", { class: "legend" });
  const node = h("div", { class: small ? "chart small" : "chart" }, svg, small ? null : [legend, readout]);
  /** @type {Fan|null} */
  let fan = null;
  let width = 0;
  let domain = /** @type {[number, number]} */ ([0, 1]);
  /** @type {number|null} */
  let at = null;
  let frame = { first: 0, last: 1 };

  const x = (/** @type {string} */ month) =>
    ROOM.left +
    ((place(month) - frame.first) / Math.max(frame.last - frame.first, 1)) * (width - ROOM.left - ROOM.right);
  const y = (/** @type {number} */ value) =>
    height - ROOM.bottom - ((value - domain[0]) / (domain[1] - domain[0] || 1)) * (height - ROOM.top - ROOM.bottom);

  /** @type {Map<string, {outer: any, inner: any, middle: any}>} */
  const paths = new Map();
  const past = g("path", { class: "history" });
  const weak = g("g", { class: "weak" });
  const replay = g("path", { class: "middle quo" });

  function pathsOf(/** @type {Line} */ line) {
    let found = paths.get(line.key);
    if (!found) {
      found = {
        outer: g("path", { class: "outer" }),
        inner: g("path", { class: "inner" }),
        middle: g("path", { class: "middle" }),
      };
      paths.set(line.key, found);
    }
    found.middle.setAttribute("class", `middle ${line.look}`);
    return found;
  }

  const runOf = (/** @type {(number|null)[]} */ values, /** @type {number} */ from) => {
    const run = [];
    for (let i = from; i < values.length; i += 1)
      if (values[i] !== null && fan) run.push([x(fan.months[i]), y(/** @type {number} */ (values[i]))]);
    return run;
  };
  const joined = (/** @type {number[][]} */ run) => run.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join("L");
  const closed = (/** @type {number[][]} */ up, /** @type {number[][]} */ down) =>
    up.length ? `M${joined(up)}L${joined(down.reverse())}Z` : "";

  function drawFrame() {
    if (!fan) return;
    const wide = width - ROOM.left - ROOM.right;
    const tall = height - ROOM.top - ROOM.bottom;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const [name, value] of Object.entries({
      x: ROOM.left,
      y: ROOM.top - 4,
      width: Math.max(wide, 0),
      height: tall + 8,
    }))
      clipBox.setAttribute(name, value);
    const lines = [];
    for (const value of ticks(domain[0], domain[1], small ? 3 : 4)) {
      lines.push(
        g("line", {
          x1: ROOM.left,
          x2: width - ROOM.right,
          y1: y(value),
          y2: y(value),
          class: value === 0 ? "zero" : null,
        }),
      );
      lines.push(g("text", { x: ROOM.left - 6, y: y(value) + 4, "text-anchor": "end" }, tickWords(value)));
    }
    const years = [];
    for (let at = frame.first; at <= frame.last; at += 1) if (at % 12 === 0) years.push(at);
    const every = Math.max(1, Math.ceil((years.length * 44) / Math.max(wide, 1)));
    years.forEach((at, i) => {
      const month = `${at / 12}-01`;
      lines.push(
        g("line", {
          x1: x(month),
          x2: x(month),
          y1: height - ROOM.bottom,
          y2: height - ROOM.bottom + 4,
          class: "tick",
        }),
      );
      if (i % every === 0 && x(month) < width - 10)
        lines.push(g("text", { x: x(month), y: height - 6, "text-anchor": "middle" }, String(at / 12)));
    });
    put(grid, lines);
    const upright = (/** @type {string} */ month) =>
      g("line", { x1: x(month), x2: x(month), y1: ROOM.top - 8, y2: height - ROOM.bottom });
    const named = (/** @type {string} */ month, /** @type {string} */ key, left = true) => {
      if (small) return null;
      const words = t(key);
      const isLeft = left && x(month) - words.length * LETTER > 0;
      const at = { x: x(month) + (isLeft ? -4 : 4), y: 12, "text-anchor": isLeft ? "end" : null };
      return g("text", at, words);
    };
    const own = fan.history?.months.at(-1) ?? "";
    const acts = place(fan.start) - place(fan.dataUntil) > 1 ? fan.start : null;
    const lags = place(own) >= frame.first && x(fan.dataUntil) - x(own) > NEAR_MARKS;
    const shown = [upright(fan.dataUntil)];
    if (lags) shown.push(upright(own), named(own, "chart.record_until"));
    shown.push(
      !lags
        ? named(fan.dataUntil, own && fan.history ? "chart.record_until" : "chart.data_until")
        : acts
          ? null
          : named(fan.dataUntil, "chart.data_until", false),
    );
    if (acts) shown.push(upright(acts), named(acts, "chart.acts_from", false));
    put(marks, shown);
  }

  function tickWords(/** @type {number} */ value) {
    return fan && fan.unit === "share"
      ? number(value, "share")
      : new Intl.NumberFormat(document.documentElement.lang, {
          maximumFractionDigits: 2,
          useGrouping: Math.abs(value) >= 10000,
        }).format(value);
  }

  function drawLines() {
    if (!fan) return;
    const from = Math.max(
      fan.months.findIndex((month) => place(month) >= frame.first),
      0,
    );
    const begin = Math.max(fan.months.findIndex((month) => month >= (fan?.start ?? "")) - 1, from);
    const order = [];
    const middles = [];
    for (const line of fan.lines) {
      const found = pathsOf(line);
      const since = line.look === "quo" || fan.lines.length === 1 ? from : begin;
      if (line.look === "fan") {
        found.outer.setAttribute("d", closed(runOf(line.bands.p95, since), runOf(line.bands.p05, since)));
        found.inner.setAttribute("d", closed(runOf(line.bands.p75, since), runOf(line.bands.p25, since)));
        order.push(found.outer, found.inner);
      }
      const run = runOf(line.bands.p50, fan.lines.length === 1 ? begin : since);
      found.middle.setAttribute("d", run.length ? `M${joined(run)}` : "");
      middles.push(found.middle);
    }
    const [alone] = fan.lines;
    const before = fan.lines.length === 1 ? runOf(alone.bands.p50.slice(0, begin + 1), from) : [];
    replay.setAttribute("d", before.length > 1 ? `M${joined(before)}` : "");
    const known =
      fan.history?.months
        .map((month, i) => ({ month, value: fan?.history?.values[i] ?? 0, weak: fan?.history?.weak?.[i] ?? false }))
        .filter((each) => place(each.month) >= frame.first) ?? [];
    past.setAttribute("d", known.length ? `M${joined(known.map((each) => [x(each.month), y(each.value)]))}` : "");
    put(
      weak,
      small
        ? []
        : known
            .filter((each) => each.weak)
            .map((each) => g("circle", { cx: x(each.month).toFixed(1), cy: y(each.value).toFixed(1), r: 2 })),
    );
    const wanted = [...order, replay, past, weak, ...middles];
    if (wanted.length !== bands.childNodes.length || wanted.some((each, i) => bands.childNodes[i] !== each))
      bands.replaceChildren(...wanted);
    drawLegend();
  }

  const key = (/** @type {SVGElement} */ mark, /** @type {string} */ words) =>
    h(
      "li",
      {},
      g("svg", { viewBox: "0 0 28 8", height: 8, class: `swatch ${colour}`, "aria-hidden": "true" }, mark),
      words,
    );

  function drawLegend() {
    if (!fan || small) return;
    put(
      legend,
      fan.history ? key(g("path", { d: "M0 4L28 4", class: "history" }), t("record")) : null,
      fan.history?.weak?.some(Boolean)
        ? key(g("g", { class: "weak" }, g("circle", { cx: 14, cy: 4, r: 2.5 })), t("chart.weak"))
        : null,
      fan.lines.length > 1
        ? fan.lines.map((line) => key(g("path", { d: "M0 4L28 4", class: `middle ${line.look}` }), line.label))
        : null,
    );
  }

  function drawCross() {
    if (!fan || at === null) {
      cross.setAttribute("visibility", "hidden");
      put(readout, fan ? hint() : "");
      return;
    }
    const here = at;
    const month = fan.months[here];
    cross.setAttribute("visibility", "visible");
    const dots = fan.lines
      .filter((line) => line.bands.p50[here] !== null)
      .map((line) => g("circle", { cx: x(month), cy: y(line.bands.p50[here] ?? 0), r: 3.5, class: line.look }));
    put(cross, g("line", { x1: x(month), x2: x(month), y1: ROOM.top - 4, y2: height - ROOM.bottom }), dots);
    put(
      readout,
      h("b", {}, monthWords(month)),
      " ",
      fan.lines
        .map((line, i) => [
          i ? "; " : "",
          line.label ? `${line.label}: ` : "",
          t("banded", {
            middle: number(line.bands.p50[here], fan?.unit ?? ""),
            low: number(line.bands.p05[here], fan?.unit ?? ""),
            high: number(line.bands.p95[here], fan?.unit ?? ""),
          }),
        ])
        .flat(),
    );
  }

  const hint = () => h("span", { class: "hint" }, t("chart.hint"));

  function describe() {
    if (!fan) return;
    const last = fan.months.length - 1;
    const parts = fan.lines.map((line) =>
      t("chart.says_line", {
        label: line.label || t("status_quo"),
        middle: number(line.bands.p50[last], fan?.unit ?? ""),
        range: range(line.bands.p05[last], line.bands.p95[last], fan?.unit ?? ""),
      }),
    );
    svg.setAttribute(
      "aria-label",
      t("chart.says", {
        title: fan.title,
        unit: unitWords(fan.unit),
        month: monthWords(fan.months[last], "long"),
        parts: parts.join("; "),
      }),
    );
  }

  function go(/** @type {number|null} */ next, /** @type {boolean} */ spoken) {
    at = next;
    readout.setAttribute("aria-live", spoken ? "polite" : "off");
    drawCross();
  }

  if (!small) {
    svg.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (!fan) return;
      const box = svg.getBoundingClientRect();
      const month =
        frame.first +
        ((((event.clientX - box.left) / box.width) * width - ROOM.left) / Math.max(width - ROOM.left - ROOM.right, 1)) *
          (frame.last - frame.first);
      go(Math.min(Math.max(Math.round(month) - place(fan.months[0]), 0), fan.months.length - 1), false);
    });
    svg.addEventListener("pointerleave", () => go(null, false));
    svg.addEventListener("blur", () => go(null, false));
    svg.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (!fan) return;
      const last = fan.months.length - 1;
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 12, PageDown: -12 }[event.key];
      if (step) go(Math.min(Math.max((at ?? fan.months.indexOf(fan.dataUntil)) + step, 0), last), true);
      else if (event.key === "Home") go(0, true);
      else if (event.key === "End") go(last, true);
      else if (event.key === "Escape" && at !== null) go(null, true);
      else return;
      event.preventDefault();
    });
  }

  function drawAll() {
    if (!fan || width < 60) return;
    drawFrame();
    drawLines();
    drawCross();
    describe();
  }

  new ResizeObserver((entries) => {
    const next = inUnits(entries[0].contentRect.width);
    if (next === width) return;
    width = next;
    drawAll();
  }).observe(node);

  return {
    node,
    /** Draw; true where the vertical axis changed. @param {Fan} next */
    draw(next) {
      const first = fan === null;
      const sameFrame = fan !== null && fan.months === next.months && fan.start === next.start;
      fan = next;
      frame = {
        first: place(shownFirst(next, before)),
        last: place(
          next.until < next.months[next.months.length - 1] ? next.until : next.months[next.months.length - 1],
        ),
      };
      const want = next.domain ?? needed(next, before);
      const changed =
        first ||
        (!next.hold && (next.domain ? want[0] !== domain[0] || want[1] !== domain[1] : outgrown(domain, want)));
      if (changed) domain = want;
      if (width < 60) width = inUnits(node.clientWidth);
      if (width < 60) return false;
      if (changed || !sameFrame) drawFrame();
      drawLines();
      if (at !== null || first) drawCross();
      describe();
      return changed && !first;
    },
    /** Draw again in other words. */
    reword: drawAll,
  };
}
