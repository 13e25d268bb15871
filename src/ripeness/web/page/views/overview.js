// The answer first: one sentence with its range, four charts, what moved the result, and every policy on one scale.

import { ask } from "../ask.js";
import { rangeRows } from "../charts/ranges.js";
import { add, calmed, h, opensElsewhere, put } from "../dom.js";
import { linkText, readLink } from "../link.js";
import { card, chartCard, disclosure, policyTitle, showTable } from "../parts/chart_card.js";
import { dotsCard, drawsWords, endingsTable, meanApart, modelName } from "../parts/endings.js";
import { keepPlace } from "../parts/keep_place.js";
import { leverName, presetsInOrder } from "../parts/levers.js";
import { resultSentence } from "../parts/sentence.js";
import { failed, waiting } from "../parts/states.js";
import { monthWords, of100, t, unitWords } from "../words.js";

const FIRST_EFFECTS = 6;
const HEAD = ["export_revenue_usd_bn", "oil_gas_revenue_rub_trn"];
/** @type {Record<string, string>} */
const COLOURS = { money: "blue", fleet: "green", war_and_people: "plum" };
const MEASURES = [
  "export_revenue_usd_bn",
  "oil_gas_revenue_rub_trn",
  "fob_discount_usd_bbl",
  "territory_km2",
  "casualties_a",
  "casualties_d",
  "civilian_harm_index",
];

/** @typedef {import("../state.js").State} State */

/** @param {State} state @param {HTMLElement} main */
export function draw(state, main) {
  const answer = answerCard(state);
  /** @type {ReturnType<typeof chartCard>[]} */
  const fans = headIndicators(state).map((/** @type {any} */ about) =>
    chartCard(state, { indicator: about.name, colour: COLOURS[about.group] ?? "blue" }),
  );
  const endings = endingsCard(state);
  const dots = dotsPlace(state);
  const chosen = { metric: measuresOf(state)[0] };
  const moved = movedCard(state, chosen);
  const presets = presetsCard(state, chosen, moved.ask);
  add(
    main,
    answer.node,
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        { class: "stack" },
        fans.map((fan) => fan.node),
        moved.node,
      ),
      h("div", { class: "stack" }, endings.node, dots.node),
    ),
    presets.node,
  );
  const parts = [answer, ...fans, endings, dots, moved, presets];
  return { leave: () => parts.forEach((part) => part.leave()) };
}

/** The fans of the first view: receipts and budget, or what else the case draws first. @param {State} state */
function headIndicators(state) {
  const { indicators } = state.schema;
  const wanted = indicators.filter((/** @type {any} */ each) => HEAD.includes(each.name));
  return (wanted.length ? wanted : indicators).slice(0, HEAD.length);
}

/** Measures on which policies can be held against each other. @param {State} state @returns {string[]} */
function measuresOf(state) {
  const known = state.schema.metrics
    .filter((/** @type {any} */ each) => !each.of_endings)
    .map((/** @type {any} */ each) => each.name);
  const wanted = MEASURES.filter((name) => known.includes(name));
  return wanted.length ? wanted : known;
}

/** @param {State} state */
function answerCard(state) {
  const title = h("h1", {}, t("loading"));
  const more = h("p", { class: "muted" });
  const story = state.schema.worked_story;
  const starts =
    story &&
    h(
      "p",
      { class: "starts" },
      h("span", {}, t("overview.try")),
      story.steps.map((/** @type {any} */ step) =>
        h(
          "a",
          { href: `/?${step.query}`, onclick: (/** @type {MouseEvent} */ event) => follow(event, state, step.query) },
          t(step.key),
        ),
      ),
    );
  const node = h("section", { class: "sentence", "aria-label": t("overview.answer") }, title, more, starts);
  function refresh() {
    if (!state.money) return;
    put(title, resultSentence(state));
    const preset = state.schema.presets.find((/** @type {any} */ each) => each.name === state.question.from);
    put(more, ownStart(state, preset), " ", t("overview.people"));
  }
  const leave = state.on("money", refresh);
  refresh();
  return { node, leave };
}

/** @param {MouseEvent} event @param {State} state @param {string} query */
function follow(event, state, query) {
  if (opensElsewhere(event)) return;
  event.preventDefault();
  const { question } = readLink(query, state.schema);
  state.set((now) => Object.assign(now, question, { lang: now.lang, theme: now.theme }));
}

/** Futures of 100, with the range over draws. @param {any} stat */
const chance100 = (stat) =>
  stat
    ? [
        h("b", {}, of100(stat.p50)),
        " ",
        h("small", {}, `(${t("range", { low: of100(stat.p05), high: of100(stat.p95) })})`),
        meanApart(stat) ? h("small", { class: "block" }, t("matrix.mean", { share: of100(stat.mean) })) : null,
      ]
    : undefined;

/** Chances of a deal by model, refined behind the money charts. @param {State} state */
function endingsCard(state) {
  const inside = h("div", {});
  const [button, region] = showTable(() => endingsTable(state));
  const { outcome, parties } = state.schema.case;
  const node = card({
    title: t("overview.endings", { month: monthWords(state.question.until) }),
    about: t("overview.endings.about"),
    inside: [
      outcome
        ? h("p", {}, t(`past_war.${outcome.kind}`, { month: monthWords(outcome.month, "long"), ...parties }))
        : null,
      inside,
      region,
    ],
    acts: [button],
  });
  function refresh() {
    const { bargain, failure } = state;
    node.hidden = !state.schema.case.has_war;
    if (failure.bargain) return put(inside, failed(failure.bargain));
    if (!bargain) return put(inside, h("p", { class: "muted", role: "status" }, t("loading")));
    const names = [state.schema.reference, ...(bargain.moved ? ["mine"] : [])];
    const { models, policies } = bargain.bargaining;
    const rows = Object.keys(models).flatMap((model) =>
      names.map((name, at) => ({
        name: at ? h("span", { class: "sr" }, modelName(model, models[model])) : modelName(model, models[model]),
        note: names.length > 1 ? policyTitle(state, name) : undefined,
        stat: policies[name]?.[model]?.p_settled ?? null,
        words: chance100(policies[name]?.[model]?.p_settled),
        look: at ? "mine" : names.length > 1 ? "quo" : "",
      })),
    );
    put(
      inside,
      rangeRows({
        caption: t("metric.p_settled"),
        rows,
        unit: "share",
        heads: [t("model"), t("table.bands")],
        domain: [0, 1],
      }),
      h("p", { class: "small muted", role: "status" }, drawsWords(state)),
    );
    node.classList.toggle("stale", state.bargainOf !== state.query);
    if (!region.hidden) put(region, endingsTable(state));
  }
  const off = [state.on("bargain", refresh), state.on("busy", refresh), state.on("question", refresh)];
  refresh();
  return { node, leave: () => off.forEach((each) => each()) };
}

/** @param {State} state */
function dotsPlace(state) {
  const node = h("div", {});
  const refresh = () => keepPlace(node, () => put(node, state.bargain ? dotsCard(state) : null));
  const leave = state.on("bargain", refresh);
  refresh();
  return { node, leave };
}

/**
 * Rows that are asked for once the levers rest.
 * @param {State} state @param {(query: string) => string|null} path @param {(document: any) => any} drawn @param {HTMLElement} inside
 */
function resting(state, path, drawn, inside) {
  let abort = new AbortController();
  let asked = "";
  const go = calmed(async () => {
    const address = path(state.query);
    if (state.dragging || address === asked) return;
    asked = address ?? "";
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    if (!address) return drawn(null);
    const wait = waiting(t("loading"));
    if (!inside.firstChild) put(inside, wait.node);
    try {
      const { document } = await ask(address, { signal });
      if (!signal.aborted) drawn(document);
    } catch (failure) {
      if (!signal.aborted)
        put(
          inside,
          failed(failure, () => {
            asked = "";
            go();
          }),
        );
    } finally {
      wait.stop();
    }
  }, 350);
  const off = state.on("question", go);
  go();
  return {
    go,
    leave() {
      off();
      abort.abort();
    },
  };
}

/** A measure with its unit, and over which months it is taken. @param {State} state @param {string} name */
function measured(state, name) {
  const { unit, reduction } = state.schema.metrics.find((/** @type {any} */ each) => each.name === name);
  const { start, until } = state.question;
  const over = t(`over.${reduction}`, { start: monthWords(start), until: monthWords(until) });
  return [t(`metric.${name}`), unitWords(unit), over].filter(Boolean).join(", ");
}

/** Each moved lever alone back at the status quo. @param {State} state @param {{metric: string}} chosen */
function movedCard(state, chosen) {
  const inside = h("div", {});
  const about = h("p", { class: "small muted" });
  const node = card({ title: t("overview.moved"), inside: [about, inside] });
  const asking = resting(
    state,
    (query) => (state.moved ? `/api/v1/effects?${query}&metric=${chosen.metric}` : null),
    (document) => {
      put(
        about,
        !document
          ? t("overview.moved.none")
          : document.levers.length
            ? t("overview.moved.about", { metric: t(`metric.${chosen.metric}`) })
            : t("overview.moved.same"),
      );
      if (!document?.levers.length) return put(inside);
      const size = (/** @type {any} */ each) => Math.abs(each.difference.p50 ?? 0);
      const rows = [...document.levers]
        .sort((one, other) => size(other) - size(one))
        .map((/** @type {any} */ each) => ({
          name: leverName(state.schema.levers.find((/** @type {any} */ lever) => lever.name === each.lever)),
          stat: each.difference,
          words: each.difference.share_lower || each.difference.share_higher ? undefined : t("no_difference"),
        }));
      const table = (/** @type {any[]} */ shown) =>
        rangeRows({
          caption: measured(state, chosen.metric),
          scale: true,
          rows: shown,
          unit: document.unit,
          heads: [t("lever"), t("difference")],
          signed: true,
          zero: true,
        });
      const [button, region] = disclosure(t("overview.moved.all", { n: rows.length }), t("overview.moved.fewer"), () =>
        table(rows),
      );
      button.addEventListener("click", () => (first.hidden = !region.hidden));
      const first = table(rows.slice(0, FIRST_EFFECTS));
      put(inside, first, rows.length > FIRST_EFFECTS ? [region, button] : null);
    },
    inside,
  );
  return { node, ask: asking.go, leave: asking.leave };
}

/** Every policy of the case on one scale, by name. @param {State} state @param {{metric: string}} chosen @param {() => void} again */
function presetsCard(state, chosen, again) {
  const inside = h("div", {});
  const about = h("p", { class: "small muted" });
  const measure = h(
    "select",
    {
      onchange: () => {
        chosen.metric = measure.value;
        asking.go();
        again();
      },
    },
    measuresOf(state).map((name) => h("option", { value: name }, t(`metric.${name}`))),
  );
  const node = card({
    title: t("overview.presets"),
    wide: true,
    inside: [h("p", { class: "row-of" }, h("label", {}, `${t("overview.metric")} `, measure)), about, inside],
  });
  /** @type {any} */
  let last = null;
  function drawn(/** @type {any} */ document) {
    last = document;
    put(about, t("overview.presets.about", { metric: t(`metric.${chosen.metric}`) }));
    const found = new Map(document.policies.map((/** @type {any} */ each) => [each.policy, each]));
    const rows = presetsInOrder(state)
      .filter((/** @type {any} */ preset) => found.has(preset.name))
      .map((/** @type {any} */ preset) => {
        const { difference } = found.get(preset.name);
        return {
          name:
            preset.name === state.schema.reference ? policyTitle(state, preset.name) : presetActs(state, preset.name),
          stat: difference,
          look: preset.name === state.schema.reference ? "quo" : preset.name === state.question.from ? "mine" : "",
          words: difference.share_lower || difference.share_higher ? undefined : t("no_difference"),
          note: ownStart(state, preset),
        };
      });
    put(
      inside,
      rangeRows({
        caption: measured(state, chosen.metric),
        scale: true,
        rows,
        unit: document.unit,
        heads: [t("policy"), t("difference")],
        signed: true,
        zero: true,
      }),
    );
  }
  const plainQuery = () =>
    linkText({ ...state.question, from: state.schema.reference, moves: {}, beside: [] }, state.schema, { look: false });
  const asking = resting(state, () => `/api/v1/policies?${plainQuery()}&metric=${chosen.metric}`, drawn, inside);
  const off = state.on("question", () => last && drawn(last));
  return {
    node,
    leave() {
      asking.leave();
      off();
    },
  };
}

/** A policy that was made for another month says so, and can be run from it. @param {State} state @param {any} preset */
function ownStart(state, preset) {
  const month = preset.own_start;
  if (!month || month === state.question.start) return undefined;
  const run = (/** @type {MouseEvent} */ event) => {
    if (opensElsewhere(event)) return;
    event.preventDefault();
    state.set((question) => Object.assign(question, { from: preset.name, start: month, moves: {} }));
  };
  const query = linkText({ ...state.question, from: preset.name, start: month, moves: {} }, state.schema);
  return h(
    "span",
    {},
    t("overview.own_start", { start: monthWords(state.question.start, "long"), month: monthWords(month, "long") }),
    " ",
    h("a", { href: `/?${query}`, onclick: run }, t("overview.own_start.run", { month: monthWords(month, "long") })),
  );
}

/** @param {State} state @param {string} name */
function presetActs(state, name) {
  const isBeside = state.question.beside.includes(name);
  const full = !isBeside && state.question.beside.length >= state.schema.limits.beside;
  const title = policyTitle(state, name);
  return h(
    "span",
    { class: "presetname" },
    title,
    " ",
    h(
      "button",
      {
        type: "button",
        class: "plain small",
        disabled: full,
        "aria-pressed": String(isBeside),
        "aria-label": `${t(isBeside ? "overview.beside.off" : "overview.beside")}: ${title}`,
        onclick: () =>
          state.set(
            (question) =>
              void (question.beside = isBeside
                ? question.beside.filter((each) => each !== name)
                : [...question.beside, name]),
          ),
      },
      t(isBeside ? "overview.beside.off" : "overview.beside"),
    ),
  );
}
