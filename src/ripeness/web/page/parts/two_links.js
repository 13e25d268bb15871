// Two links side by side: which settings differ, and what follows from each.

import { ask } from "../ask.js";
import { fresh, h, put } from "../dom.js";
import { readLink } from "../link.js";
import { banded, monthWords, named, need, number, of100, plain, quantity, range, t, unitWords } from "../words.js";
import { dataTable, policyTitle } from "./chart_card.js";
import { leverName } from "./levers.js";
import { monthsBanded } from "./matrix.js";
import { failed, waiting } from "./states.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../link.js").Question} Question */

/** @param {State} state */
export function drawTwoLinks(state) {
  const name = fresh("second");
  const field = h("textarea", { id: name, rows: 3, "aria-describedby": `${name}-help`, spellcheck: "false" });
  const result = h("div", { class: "stack", "aria-live": "polite" });
  let abort = new AbortController();
  const node = h(
    "section",
    { class: "stack" },
    h("h2", {}, t("strategies.links")),
    h("p", { class: "small muted", id: `${name}-help` }, t("strategies.links.about")),
    h("label", { for: name }, t("strategies.links.second")),
    field,
    h(
      "p",
      { class: "row-of" },
      h("button", { type: "button", onclick: compare }, t("strategies.links.compare")),
      h("button", { type: "button", class: "plain", onclick: clear }, t("strategies.links.clear")),
    ),
    result,
  );

  function clear() {
    abort.abort();
    field.value = "";
    put(result);
    field.focus();
  }

  async function compare() {
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    const text = field.value.trim();
    if (!text) return put(result, h("p", { role: "status" }, t("strategies.links.empty")));
    const query = text.includes("?") ? text.slice(text.indexOf("?") + 1).split("#")[0] : text;
    const wait = waiting(t("loading"), () => abort.abort());
    put(result, wait.node);
    try {
      const { document: told } = await ask(`/api/v1/link?${query}`, { signal });
      const { document: theirs } = await ask(`/api/v1/money?${told.link}`, { signal });
      const { document: ours } = await ask(`/api/v1/money?${state.query}`, { signal });
      await need(["assumption"]);
      if (!signal.aborted) put(result, ...both(state, told, ours, theirs));
    } catch (failure) {
      put(result, signal.aborted ? "" : failed(failure, compare));
    } finally {
      wait.stop();
    }
  }
  return { node, leave: () => abort.abort() };
}

/** @param {State} state @param {any} told @param {any} ours @param {any} theirs */
function both(state, told, ours, theirs) {
  const { question: second } = readLink(told.link, {
    ...state.schema,
    case: { ...state.schema.case, name: told.run.case },
  });
  const heads = [t("strategies.links.setting"), t("strategies.links.here"), t("strategies.links.there")];
  const differing = settingsThatDiffer(state, state.question, second);
  const notes = [];
  if (!told.fits) notes.push(h("p", { class: "notice" }, t("strategies.links.other_model")));
  if (ours.run.case !== theirs.run.case) notes.push(h("p", { class: "notice" }, t("strategies.links.other_case")));
  return [
    h(
      "div",
      { class: "stack" },
      ...notes,
      differing.length
        ? dataTable({
            caption: t("strategies.links.differ", { n: differing.length }),
            heads,
            rows: differing,
            numeric: false,
          })
        : h("p", {}, t("strategies.links.same")),
      h("div", { class: "measures", "data-columns": "4" }, resultsOfBoth(ours, theirs)),
      h("p", {}, h("a", { href: `/?${told.link}&view=strategies` }, t("strategies.links.open"))),
    ),
  ];
}

/** Settings in words, where the two differ. @param {State} state @param {Question} one @param {Question} other @returns {string[][]} */
function settingsThatDiffer(state, one, other) {
  const { schema } = state;
  /** @type {string[][]} */
  const rows = [];
  const say = (/** @type {string} */ title, /** @type {string} */ a, /** @type {string} */ b) =>
    a !== b && rows.push([title, a, b]);
  say(t("strategies.links.case"), one.case, other.case);
  say(t("levers.from"), policyTitle(state, one.from), policyTitle(state, other.from));
  say(t("when.start"), monthWords(one.start, "long"), monthWords(other.start, "long"));
  say(t("when.until"), monthWords(one.until, "long"), monthWords(other.until, "long"));
  say(t("strategies.links.members"), plain(one.n), plain(other.n));
  say(t("strategies.links.seed"), plain(one.seed), plain(other.seed));
  const moveWords = (/** @type {Question} */ question, /** @type {string} */ name, /** @type {string} */ unit) => {
    const move = question.moves[name];
    const shown = (/** @type {number} */ value) => (unit === "share" ? number(value, "share") : quantity(value, unit));
    if (!move) {
      const preset = schema.presets.find((/** @type {any} */ each) => each.name === question.from);
      const row = preset?.rows_of_levers_that_differ.find((/** @type {any} */ each) => each.lever === name);
      if (!row) return t("strategies.links.unmoved");
      const values =
        row.first === row.last ? shown(row.last) : range(row.first, row.last, unit === "share" ? "share" : unit);
      return t("strategies.links.by_policy", { value: values });
    }
    const value = shown(move.value);
    return [value, move.at ? monthWords(move.at) : "", move.over ? t("settings.ramp", { n: move.over }) : ""]
      .filter(Boolean)
      .join(", ");
  };
  for (const name of new Set([...Object.keys(one.moves), ...Object.keys(other.moves)])) {
    const lever = schema.levers.find((/** @type {any} */ each) => each.name === name || each.parts.includes(name));
    say(
      lever ? leverName(lever) : name,
      moveWords(one, name, lever?.unit ?? "none"),
      moveWords(other, name, lever?.unit ?? "none"),
    );
  }
  for (const name of new Set([...Object.keys(one.assumptions), ...Object.keys(other.assumptions)])) {
    const value = (/** @type {Question} */ question) =>
      name in question.assumptions ? plain(question.assumptions[name]) : t("strategies.links.drawn");
    say(named(`assumption.${name}`, name), value(one), value(other));
  }
  const beside = (/** @type {Question} */ question) =>
    question.beside.map((name) => policyTitle(state, name)).join(", ") || "–";
  say(t("strategies.links.beside"), beside(one), beside(other));
  return rows;
}

/** Numbers of both, and of the status quo that each is held against. @param {any} ours @param {any} theirs */
function resultsOfBoth(ours, theirs) {
  const policy = (/** @type {any} */ document) => document.policies[document.moved ? "mine" : document.reference];
  const quo = (/** @type {any} */ document) => document.policies[document.reference];
  const columns = [
    [t("strategies.links.here"), policy(ours)],
    [t("strategies.links.there"), policy(theirs)],
    ...(JSON.stringify(quo(ours)) === JSON.stringify(quo(theirs))
      ? [[t("strategies.links.quo"), quo(ours)]]
      : [
          [t("strategies.links.here_quo"), quo(ours)],
          [t("strategies.links.there_quo"), quo(theirs)],
        ]),
  ];
  const metrics = Object.keys(columns[0][1].totals).filter((metric) => metric in columns[1][1].totals);
  const cell = (/** @type {any} */ stat) =>
    h(
      "span",
      {},
      stat.share_reached === undefined ? banded(stat) : monthsBanded(stat),
      stat.share_reached === undefined
        ? null
        : h("small", { class: "block" }, t("matrix.reached", { share: of100(stat.share_reached) })),
    );
  return dataTable({
    caption: t("strategies.links.results"),
    heads: [t("strategies.metric"), ...columns.map(([title]) => title)],
    rows: metrics.map((metric) => [
      h("span", {}, t(`metric.${metric}`), h("small", {}, unitWords(columns[0][1].totals[metric].unit))),
      ...columns.map(([, each]) => cell(each.totals[metric])),
    ]),
    numeric: false,
  });
}
