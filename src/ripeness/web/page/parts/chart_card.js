// A card with one chart: its title, its links, and a table of the same numbers.

import { fanChart } from "../charts/fan.js";
import { fresh, h, put } from "../dom.js";
import { hrefOf, linkText } from "../link.js";
import { keepPlace } from "./keep_place.js";
import { banded, english_text, monthWords, named, number, percent, plain, t, unitWords } from "../words.js";

/** @typedef {import("../state.js").State} State */

/**
 * @param {{title: Node|string, unit?: string, about?: Node|string|null, inside: any, acts?: any, wide?: boolean, id?: string|null,
 *   level?: 2|3|4}} given level: of its heading, one below that of the part in which it stands
 * @returns {HTMLElement}
 */
export function card({ title, unit = "", about = null, inside, acts = null, wide = false, id = null, level = 2 }) {
  const name = fresh("card");
  return h(
    "article",
    { class: wide ? "card wide" : "card", "aria-labelledby": name, id },
    h(
      "header",
      {},
      h(`h${level}`, { id: name, class: "cardname" }, title),
      unit ? h("p", { class: "unit" }, unit) : null,
    ),
    about ? h("p", { class: "small muted" }, about) : null,
    inside,
    acts ? h("div", { class: "acts" }, acts) : null,
  );
}

/** A button that shows and hides a table, made when it is first asked for. @param {() => Node} makeTable @returns {[HTMLButtonElement, HTMLElement]} */
export function showTable(makeTable) {
  return disclosure(t("table.show"), t("table.hide"), makeTable);
}

/** @param {string} show @param {string} hide @param {() => Node} make @returns {[HTMLButtonElement, HTMLElement]} */
export function disclosure(show, hide, make) {
  const region = h("div", { id: fresh("shown"), hidden: true });
  const button = h(
    "button",
    {
      type: "button",
      class: "plain",
      "aria-expanded": "false",
      "aria-controls": region.id,
      onclick() {
        const open = region.hidden;
        if (open) put(region, make());
        region.hidden = !open;
        button.setAttribute("aria-expanded", String(open));
        put(button, open ? hide : show);
      },
    },
    show,
  );
  return [button, region];
}

/** A table that may be wider than its place: keys reach it, and it says what it is. @param {string} caption @param {...any} inside @returns {HTMLElement} */
export const scrolled = (caption, ...inside) =>
  h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, inside);

/**
 * @param {{caption: string, heads: (Node|string)[], rows: (Node|string|number)[][], numeric?: boolean, texts?: number}} given
 *   texts: columns of words before those of numbers
 * @returns {HTMLElement}
 */
export function dataTable({ caption, heads, rows, numeric = true, texts = 1 }) {
  const look = (/** @type {number} */ at) => (numeric && at >= texts ? "n" : null);
  return scrolled(
    caption,
    h(
      "table",
      {},
      h("caption", {}, caption),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map((head, at) => h("th", { scope: "col", class: look(at) }, head)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell, at) => (at ? h("td", { class: look(at) }, cell) : h("th", { scope: "row" }, cell))),
          ),
        ),
      ),
    ),
  );
}

/** @param {any} indicator an entry of the schema */
export const indicatorTitle = (indicator) => named(`indicator.${indicator.name}`, indicator.title);

/** Title of a policy in the document. @param {State} state @param {string} name */
export function policyTitle(state, name) {
  if (name === "mine") return t("mine");
  if (name === state.schema.reference) return t("status_quo");
  const preset = state.schema.presets.find((/** @type {any} */ each) => each.name === name);
  return named(`preset.${name}`, preset?.title ?? name);
}

/** How dots and ranges of a policy look: yours, the status quo, any other. @param {State} state @param {string} name */
export const policyLook = (state, name) => (name === "mine" ? "mine" : name === state.schema.reference ? "quo" : "");

/** Policies that a chart draws: the status quo, mine where levers moved, others beside. @param {State} state @returns {string[]} */
export function policiesDrawn(state) {
  const { money, schema } = state;
  const beside = state.question.beside.filter((name) => money.policies[name]);
  return [schema.reference, ...beside, ...(money.moved ? ["mine"] : [])];
}

/**
 * Lines of an indicator's fan: bands for one policy, medians of the others.
 * @param {State} state @param {string} indicator @param {string|null} only @returns {import("../charts/fan.js").Line[]}
 */
function linesOf(state, indicator, only) {
  const { money, schema } = state;
  const names = only ? [...new Set([schema.reference, only])] : policiesDrawn(state);
  const focus = only ?? (money.moved ? "mine" : schema.reference);
  let beside = 0;
  return names
    .filter((name) => money.policies[name]?.charts[indicator])
    .map((name) => ({
      key: name,
      label: names.length > 1 ? policyTitle(state, name) : "",
      bands: money.policies[name].charts[indicator],
      look: name === focus ? "fan" : name === schema.reference ? "quo" : /** @type {any} */ (`beside${(beside += 1)}`),
    }));
}

/**
 * The fan of an indicator, following the state.
 * @param {State} state
 * @param {{indicator: string, colour: string, height?: number, wide?: boolean, small?: boolean, only?: string|null,
 *   domain?: (() => [number, number]|null)|null, bare?: boolean, level?: 2|3}} given
 */
export function chartCard(
  state,
  { indicator, colour, height = 230, wide = false, small = false, only = null, domain = null, bare = false, level = 2 },
) {
  const about = state.schema.indicators.find((/** @type {any} */ each) => each.name === indicator);
  const title = indicatorTitle(about);
  const chart = fanChart({ colour, height, small });
  const rescaled = h("p", { class: "small muted rescaled", role: "status" });
  /** @type {any} what is drawn: a document, with or without the axis held still */
  let drawn = null;
  let held = false;
  function draw() {
    const { money } = state;
    if (!money || (money === drawn && held === state.dragging)) return;
    const lines = linesOf(state, indicator, only);
    if (!lines.length) return;
    drawn = money;
    held = state.dragging;
    const changed = chart.draw({
      title,
      unit: about.unit,
      months: money.months,
      start: money.start,
      until: state.question.until,
      dataUntil: money.data_until,
      lines,
      history: record(money.history[indicator]),
      domain: domain?.() ?? null,
      hold: state.dragging,
    });
    put(rescaled, changed && !small ? t("chart.rescaled") : "");
    if (!state.dragging) acts?.renew();
    node.classList.remove("stale");
  }
  const acts = bare || small ? null : chartActs(state, about, () => table(state, about, title));
  const node = !acts
    ? chart.node
    : card({
        level,
        title,
        unit: unitWords(about.unit),
        wide,
        inside: [chart.node, rescaled, ...acts.nodes],
      });
  const off = [
    state.on("money", draw),
    state.on("busy", () => node.classList.toggle("stale", state.since.money !== null && !state.dragging)),
    state.on("question", () => !state.dragging && draw()),
  ];
  draw();
  return { node, draw, leave: () => off.forEach((each) => each()) };
}

/** @param {any} found */
const record = (found) => (found?.months?.length ? found : null);

/** @param {State} state @param {any} about @param {() => Node} makeTable */
function chartActs(state, about, makeTable) {
  const [button, region] = showTable(makeTable);
  const [why, reason] = disclosure(t("why"), t("why.hide"), () => whyNumber(state, about));
  const links = ["csv", "svg", "png"].map((kind) => h("a", { download: "", "data-kind": kind }, t(`file.${kind}`)));
  const embedded = () => embedCode(state, about);
  const [embed, code] = disclosure(t("embed.link"), t("embed.hide"), embedded);
  const refresh = () => {
    for (const link of links) link.href = `/api/v1/run.${link.dataset.kind}?${state.query}&chart=${about.name}`;
  };
  refresh();
  const row = h("div", { class: "acts" }, button, links, embed, why);
  row.addEventListener("pointerover", refresh);
  row.addEventListener("focusin", refresh);
  const renew = () => {
    for (const [shown, make] of /** @type {[HTMLElement, () => Node][]} */ ([
      [region, makeTable],
      [reason, () => whyNumber(state, about)],
      [code, embedded],
    ]))
      if (!shown.hidden) keepPlace(shown, () => put(shown, make()));
  };
  return { nodes: [row, region, reason, code], renew };
}

/** The chart for another page: what to put there, and the same to look at. @param {State} state @param {any} about */
function embedCode(state, about) {
  const path = `/embed/${about.name}?${linkText({ ...state.question, view: "overview" }, state.schema)}`;
  const source = `${location.origin}${path}`.replaceAll("&", "&amp;");
  const title = indicatorTitle(about).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const frame = `<iframe src="${source}" title="${title}" width="100%" height="440" loading="lazy"></iframe>`;
  const field = h("textarea", { rows: 3, readonly: true, spellcheck: "false", value: frame });
  return h(
    "div",
    { class: "stack tight small" },
    h("label", {}, t("embed.code"), field),
    h(
      "p",
      {},
      t("embed.about"),
      " ",
      h("code", {}, "--frames"),
      ".",
      " ",
      h("a", { href: path, target: "_blank" }, t("embed.open_alone")),
    ),
  );
}

/** Every month of a chart in numbers. @param {State} state @param {any} about @param {string} title */
function table(state, about, title) {
  const { money } = state;
  const names = policiesDrawn(state).filter((name) => money.policies[name].charts[about.name]);
  const stat = (/** @type {any} */ bands, /** @type {number} */ at) => ({
    unit: about.unit,
    p05: bands.p05[at],
    p50: bands.p50[at],
    p95: bands.p95[at],
  });
  const past = new Map(
    (money.history[about.name]?.months ?? []).map((/** @type {string} */ month, /** @type {number} */ at) => [
      month,
      money.history[about.name].values[at],
    ]),
  );
  return dataTable({
    caption: `${title}, ${unitWords(about.unit)}: ${t("table.bands")}`,
    heads: [t("month"), t("record"), ...names.map((name) => policyTitle(state, name))],
    rows: money.months.map((/** @type {string} */ month, /** @type {number} */ at) => [
      monthWords(month),
      past.has(month) ? number(past.get(month), about.unit) : "",
      ...names.map((name) => banded(stat(money.policies[name].charts[about.name], at))),
    ]),
  });
}

/** Where a number comes from: how well it was told of the past, how much of it is prior, its sources. @param {State} state @param {any} about */
function whyNumber(state, about) {
  const total = state.money?.policies[state.schema.reference].totals[about.metric];
  const driven = total?.prior_driven;
  return h(
    "div",
    { class: "prose small" },
    h("p", {}, t(`why.${about.group}`)),
    driven === null || driven === undefined ? null : h("p", {}, t("why.prior", { share: percent(driven) })),
    scoreWords(about),
    h(
      "p",
      {},
      h("a", { href: hrefOf(state, "sources") }, t("why.sources")),
      " · ",
      h("a", { href: hrefOf(state, "method") }, t("why.method")),
    ),
  );
}

/** @param {any} about */
function scoreWords(about) {
  const { score, score_reason: reason } = about;
  if (!score) return h("p", {}, t("score.none"), " ", reason ? english_text(reason) : "");
  const rows = ["h3", "h6", "h12"]
    .filter((key) => score[key])
    .map((key) => [
      t("score.months", { n: Number(key.slice(1)) }),
      number(score[key].skill, "share", { signed: true }),
      percent(score[key].coverage80),
      plain(score[key].n),
    ]);
  return h(
    "div",
    {},
    h("p", {}, t("score.about")),
    dataTable({
      caption: `${indicatorTitle(about)}: ${t("score.caption")}`,
      heads: [t("score.ahead"), t("score.skill"), t("score.coverage"), t("score.n")],
      rows,
    }),
  );
}
