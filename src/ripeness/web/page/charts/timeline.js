// A grid of rows over one time axis: each row is drawn as marks by day, each cell opens what lies in it.

import { g, h } from "../dom.js";
import { monthPlus, monthsBetween } from "../link.js";
import { monthSpan } from "../parts/spans.js";
import { lang, monthWords, t } from "../words.js";

/** @typedef {{from: string, months: number, name: string, short: string, year: boolean}} Column months side by side that share a cell */
/** @typedef {{id: string, name: Node|string, height: number, marks: Node[], cell: (column: Column) => string|null, open: (column: Column) => any}} Line */
/** @typedef {{name: string, about: string, rows: Line[]}} Band */

const WHOLE_MONTHS = 30;
const MOST_NAMED = 14;

/** Columns from one month to another: months where they fit, else quarters. @param {string} first @param {string} last @returns {Column[]} */
export function columnsOf(first, last) {
  const quarters = monthsBetween(first, last) >= WHOLE_MONTHS;
  const months = quarters ? 3 : 1;
  const few = monthsBetween(first, last) < MOST_NAMED;
  const off = quarters ? (Number(first.slice(5)) - 1) % 3 : 0;
  const short = new Intl.DateTimeFormat(lang(), { month: "short", timeZone: "UTC" });
  /** @type {Column[]} */
  const found = [];
  for (let from = monthPlus(first, -off); from <= last; from = monthPlus(from, months)) {
    const end = monthPlus(from, months - 1);
    const year = from.slice(5) === "01" || found.length === 0;
    const date = Date.UTC(Number(from.slice(0, 4)), Number(from.slice(5)) - 1, 1);
    found.push({
      from,
      months,
      year,
      name: monthSpan(from, end, "long"),
      short:
        months === 1 && few
          ? year
            ? monthWords(from)
            : short.format(date)
          : year && from.slice(5) <= "10"
            ? from.slice(0, 4)
            : "",
    });
  }
  return found;
}

/** Whether a day lies in a column. @param {string} day @param {Column} column */
export const within = (day, column) =>
  day.slice(0, 7) >= column.from && day.slice(0, 7) < monthPlus(column.from, column.months);

/** Whether a day lies before the end of a column. @param {string} day @param {Column} column */
export const before = (day, column) => day.slice(0, 7) < monthPlus(column.from, column.months);

/** Place of a day along the axis, in percent; null outside it. @param {string} day @param {Column[]} columns */
export function placeOf(day, columns) {
  const span = columns.length * columns[0].months;
  const at = (monthsBetween(columns[0].from, day.slice(0, 7)) + (Number(day.slice(8, 10) || 1) - 0.5) / 31) / span;
  return at < 0 || at > 1 ? null : at * 100;
}

/** A mark of fixed size at a place along the axis. @param {number} at percent @param {number} y @param {string} path @param {string} look */
export const mark = (at, y, path, look) =>
  g("svg", { x: `${at.toFixed(3)}%`, y, overflow: "visible" }, g("path", { d: path, class: look }));

/**
 * @param {{label: string, columns: Column[], bands: Band[], opened: (line: Line, column: Column, from: HTMLElement) => void}} given
 * @returns {HTMLElement}
 */
export function timeline({ label, columns, bands, opened }) {
  const lines = bands.flatMap((band) => band.rows);
  /** @type {HTMLElement[][]} */
  const spots = [];
  let now = [0, columns.length - 1];
  const drawn = (/** @type {Line} */ line) => {
    const cells = columns.map((column) => {
      const words = line.cell(column);
      const spot =
        words === null
          ? h("div", {
              role: "gridcell",
              class: "spot",
              tabindex: -1,
              "aria-label": `${titleOf(line)}, ${column.name}: ${t("timeline.nothing")}`,
            })
          : h("button", {
              type: "button",
              class: "spot",
              tabindex: -1,
              "aria-label": `${titleOf(line)}, ${column.name}: ${words}`,
              onclick: () => {
                go(spot);
                opened(line, column, spot);
              },
            });
      return spot;
    });
    spots.push(cells);
    const svg = g("svg", { class: "marks", height: line.height, "aria-hidden": "true" }, line.marks);
    return h(
      "div",
      { role: "row", class: "trow" },
      h("div", { role: "rowheader", class: "tname" }, line.name),
      h(
        "div",
        { class: "track", role: "presentation" },
        svg,
        cells.map((spot, at) =>
          spot.getAttribute("role")
            ? yearly(spot, columns[at])
            : h("div", { role: "gridcell", class: columns[at].year ? "year" : null }, spot),
        ),
      ),
    );
  };
  const node = h(
    "div",
    { role: "grid", class: "timeline", "aria-label": label, "aria-readonly": "true", onkeydown: walk },
    h(
      "div",
      { role: "row", class: "trow thead" },
      h("div", { role: "columnheader", class: "tname" }, h("span", { class: "sr" }, t("timeline.row"))),
      h(
        "div",
        { class: "track", role: "presentation" },
        columns.map((column) =>
          h(
            "div",
            { role: "columnheader", class: column.year ? "year" : null },
            h("span", { "aria-hidden": "true" }, column.short),
            h("span", { class: "sr" }, column.name),
          ),
        ),
      ),
    ),
    bands
      .map((band) => [
        h(
          "div",
          { role: "row", class: "tband" },
          h("div", { role: "rowheader" }, h("b", {}, band.name), " ", h("span", { class: "muted small" }, band.about)),
        ),
        ...band.rows.map(drawn),
      ])
      .flat(),
  );
  node.style.setProperty("--columns", String(columns.length));
  for (let row = 0; row < lines.length; row += 1)
    for (let at = columns.length - 1; at >= 0; at -= 1)
      if (spots[row][at].matches("button")) {
        now = [row, at];
        row = lines.length;
        break;
      }
  spots[now[0]]?.[now[1]]?.setAttribute("tabindex", "0");

  /** @param {HTMLElement} spot */
  function go(spot) {
    spots[now[0]][now[1]].setAttribute("tabindex", "-1");
    now = [spots.findIndex((row) => row.includes(spot)), 0];
    now[1] = spots[now[0]].indexOf(spot);
    spot.setAttribute("tabindex", "0");
  }
  /** @param {KeyboardEvent} event */
  function walk(event) {
    const steps = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      Home: [0, -columns.length],
      End: [0, columns.length],
    };
    const step = /** @type {any} */ (steps)[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const row = Math.min(Math.max(now[0] + step[0], 0), spots.length - 1);
    const at = Math.min(Math.max(now[1] + step[1], 0), columns.length - 1);
    go(spots[row][at]);
    spots[row][at].focus();
  }
  return node;
}

/** @param {HTMLElement} spot @param {Column} column */
function yearly(spot, column) {
  if (column.year) spot.classList.add("year");
  return spot;
}

/** Name of a row without what is written small beside it. @param {Line} line */
export const titleOf = ({ name }) =>
  typeof name === "string" ? name : (name.firstChild?.textContent ?? name.textContent ?? "");
