// Policies side by side: the same futures in every column, one scale in every row; then sums, endings, people.

import { fanChart, needed } from "../charts/fan.js";
import { outgrown } from "../charts/scale.js";
import { add, calmed, h, put } from "../dom.js";
import { dataTable, disclosure, indicatorTitle, policyTitle, showTable } from "../parts/chart_card.js";
import { keepPlace } from "../parts/keep_place.js";
import {
  agreementWords,
  columnsOf,
  endingCard,
  endingCards,
  followEndings,
  monthsBanded,
  scaleOfEndings,
} from "../parts/matrix.js";
import { isEmpty, isModelled } from "../parts/modelled.js";
import { policyPicker } from "../parts/policy_picker.js";
import { drawTwoLinks } from "../parts/two_links.js";
import { banded, monthWords, number, of100, range, t, unitWords } from "../words.js";

/** @typedef {import("../state.js").State} State */

const FIRST_ROWS = [
  "export_revenue_usd_bn",
  "oil_gas_revenue_rub_trn",
  "shadow_share_crude",
  "territory_km2",
  "losses_a",
  "losses_d",
  "civilian_harm",
];
const BEFORE = 12;
const COLOURS = { money: "blue", fleet: "green", war_and_people: "plum" };
const SOLDIERS = ["casualties_a", "casualties_d"];
const PEOPLE = [...SOLDIERS, "civilian_harm_index"];
const OF_PEOPLE = new Set(PEOPLE);
const OTHER_ENDINGS = ["p_renewed_war", "p_collapse_a", "p_collapse_d"];

/** @param {State} state @param {HTMLElement} main */
export function draw(state, main) {
  const { indicators, case: about } = state.schema;
  const known = indicators.map((/** @type {any} */ each) => each.name);
  const first = FIRST_ROWS.filter((name) => known.includes(name));
  const rest = known.filter((/** @type {string} */ name) => !first.includes(name));
  const says = h("p", { class: "muted" });
  const picker = policyPicker(state, columnsOf);
  const rows = first.map((name) => fanRow(state, name));
  const more = restOfRows(state, rest);
  const sums = h("div", { class: "measures" });
  const endings = h("div", { class: "stack" });
  const links = drawTwoLinks(state);
  add(
    main,
    h("section", { class: "sentence" }, h("h1", {}, t("strategies.title")), says, picker.node),
    h(
      "section",
      { class: "stack" },
      h("h2", {}, t("strategies.months")),
      h("p", { class: "small muted" }, t("strategies.months.about")),
      h(
        "div",
        { class: "byside" },
        rows.map((row) => row.node),
      ),
      more.node,
    ),
    h(
      "section",
      { class: "stack" },
      h("h2", {}, t("strategies.sums")),
      h("p", { class: "small muted" }, t("strategies.sums.about")),
      sums,
    ),
    about.has_war
      ? h(
          "section",
          { class: "stack" },
          h("h2", {}, t("strategies.endings")),
          h("p", { class: "small muted" }, t("strategies.endings.about")),
          endings,
        )
      : null,
    links.node,
  );

  function refresh() {
    const { money, question } = state;
    put(
      says,
      t("strategies.says", {
        n: money?.members ?? question.n,
        start: monthWords(question.start, "long"),
        until: monthWords(question.until, "long"),
      }),
    );
    if (!money) return put(sums, h("p", { class: "muted" }, t("loading")));
    drawSums();
  }
  // The table is long: it waits until the lever rests for a moment, while the fans follow it.
  const drawSums = calmed(() => {
    sums.dataset.columns = String(columnsOf(state).length);
    keepPlace(sums, () => put(sums, sumsTable(state)));
  }, 100);
  const off = [
    state.on("money", refresh),
    about.has_war ? followEndings(state, endings, () => endingParts(state)) : () => {},
  ];
  refresh();
  return {
    leave() {
      off.forEach((each) => each());
      for (const part of [picker, more, links, ...rows]) part.leave();
    },
  };
}

/** Indicators below the first ones, drawn once they are asked for. @param {State} state @param {string[]} names */
function restOfRows(state, names) {
  /** @type {{leave: () => void}[]} */
  let rows = [];
  const [button, region] = disclosure(t("strategies.more", { n: names.length }), t("strategies.fewer"), () => {
    rows.forEach((row) => row.leave());
    const made = names.map((name) => fanRow(state, name));
    rows = made;
    return h(
      "div",
      { class: "byside" },
      made.map((row) => row.node),
    );
  });
  return {
    node: names.length ? h("div", { class: "stack" }, h("p", {}, button), region) : null,
    leave: () => rows.forEach((row) => row.leave()),
  };
}

/** One indicator, a small fan for each policy, all on one scale. @param {State} state @param {string} name */
function fanRow(state, name) {
  const { schema } = state;
  const about = schema.indicators.find((/** @type {any} */ each) => each.name === name);
  const colour = /** @type {any} */ (COLOURS)[about.group] ?? "blue";
  const title = indicatorTitle(about);
  const panels = h("div", { class: "panels" });
  const [button, region] = showTable(() => monthTable(state, about, title));
  const node = h(
    "article",
    { class: "fanrow", "aria-label": title },
    h("header", {}, h("h3", {}, title), h("p", { class: "small muted" }, unitWords(about.unit)), button),
    panels,
    region,
  );
  /** @type {Map<string, {node: HTMLElement, chart: any}>} */
  const made = new Map();
  /** @type {[number, number]|null} */
  let domain = null;
  let shown = "";
  function panelOf(/** @type {string} */ policy) {
    let found = made.get(policy);
    if (!found) {
      const chart = fanChart({ colour, height: 132, before: BEFORE, small: true });
      found = { node: h("figure", {}, h("figcaption", {}, policyTitle(state, policy)), chart.node), chart };
      made.set(policy, found);
    }
    return found;
  }
  function refresh() {
    const { money, question } = state;
    if (!money) return put(panels, h("p", { class: "muted small" }, t("loading")));
    node.hidden = !isModelled(state, name);
    if (node.hidden) return;
    const names = columnsOf(state).filter((policy) => money.policies[policy]?.charts[name]);
    const bands = (/** @type {string} */ policy) => money.policies[policy].charts[name];
    const base = {
      title,
      unit: about.unit,
      months: money.months,
      start: money.start,
      until: question.until,
      dataUntil: money.data_until,
      history: money.history[name]?.months?.length ? money.history[name] : null,
      domain: null,
      hold: state.dragging,
    };
    const want = needed(
      { ...base, lines: names.map((policy) => ({ key: policy, label: "", bands: bands(policy), look: "fan" })) },
      BEFORE,
    );
    if (!domain || (!state.dragging && outgrown(domain, want))) domain = want;
    const now = names.join();
    if (now !== shown)
      put(
        panels,
        names.map((policy) => panelOf(policy).node),
      );
    shown = now;
    panels.dataset.count = String(names.length);
    for (const policy of names) {
      const lines = [{ key: policy, label: policyTitle(state, policy), bands: bands(policy), look: "fan" }];
      if (policy !== schema.reference)
        lines.push({
          key: schema.reference,
          label: policyTitle(state, schema.reference),
          bands: bands(schema.reference),
          look: "quo",
        });
      panelOf(policy).chart.draw({ ...base, domain, lines });
    }
    node.classList.remove("stale");
    if (!region.hidden && !state.dragging) keepPlace(region, () => put(region, monthTable(state, about, title)));
  }
  const off = [
    state.on("money", refresh),
    state.on("question", () => !state.dragging && refresh()),
    state.on("busy", () => node.classList.toggle("stale", state.since.money !== null && !state.dragging)),
  ];
  refresh();
  return { node, leave: () => off.forEach((each) => each()) };
}

/** @param {State} state @param {any} about @param {string} title */
function monthTable(state, about, title) {
  const { money } = state;
  const names = columnsOf(state).filter((policy) => money.policies[policy]?.charts[about.name]);
  const at = (/** @type {any} */ bands, /** @type {number} */ month) => ({
    unit: about.unit,
    p05: bands.p05[month],
    p50: bands.p50[month],
    p95: bands.p95[month],
  });
  return dataTable({
    caption: `${title}, ${unitWords(about.unit)}: ${t("table.bands")}`,
    heads: [t("month"), ...names.map((policy) => policyTitle(state, policy))],
    rows: money.months.map((/** @type {string} */ month, /** @type {number} */ i) => [
      monthWords(month),
      ...names.map((policy) => banded(at(money.policies[policy].charts[about.name], i))),
    ]),
  });
}

/** Metrics of the whole time, and each policy against the status quo in the same futures. @param {State} state */
function sumsTable(state) {
  const { money, schema } = state;
  const names = columnsOf(state).filter((policy) => money.policies[policy]);
  const totals = (/** @type {string} */ policy, /** @type {string} */ metric) => money.policies[policy].totals[metric];
  const gapOf = (/** @type {string} */ policy, /** @type {string} */ metric) =>
    (policy === "mine" ? money.differences : money.differences_beside?.[policy])?.[metric];
  const metrics = schema.metrics.filter(
    (/** @type {any} */ each) =>
      !each.of_endings &&
      totals(schema.reference, each.name) &&
      !(OF_PEOPLE.has(each.name) && names.every((policy) => isEmpty(totals(policy, each.name)))),
  );
  const cell = (/** @type {string} */ policy, /** @type {string} */ metric) => {
    const stat = totals(policy, metric);
    const gap = gapOf(policy, metric);
    const isTime = stat.share_reached !== undefined;
    return h(
      "span",
      {},
      isTime
        ? h("b", {}, monthsBanded(stat))
        : [h("b", {}, number(stat.p50, stat.unit)), " ", `(${range(stat.p05, stat.p95, stat.unit)})`],
      isTime ? h("small", { class: "block" }, t("matrix.reached", { share: of100(stat.share_reached) })) : null,
      gap ? pairedWords(gap).map((words) => h("small", { class: "block" }, words)) : null,
    );
  };
  return dataTable({
    caption: t("strategies.sums.caption", { month: monthWords(state.question.until, "long") }),
    heads: [t("strategies.metric"), ...names.map((policy) => policyTitle(state, policy))],
    rows: metrics.map((/** @type {any} */ metric) => [
      h(
        "span",
        {},
        t(`metric.${metric.name}`),
        h("small", {}, [unitWords(metric.unit), t(`strategies.over.${metric.reduction}`)].filter(Boolean).join(", ")),
      ),
      ...names.map((policy) => cell(policy, metric.name)),
    ]),
    numeric: false,
  });
}

/** The same futures under a policy and under the status quo: size, and how many go which way. @param {any} gap @returns {string[]} */
function pairedWords(gap) {
  const { share_higher: higher, share_lower: lower } = gap;
  if (!higher && !lower) return [t("no_difference")];
  const [most, least] = higher >= lower ? ["higher", "lower"] : ["lower", "higher"];
  const shares = { higher: of100(higher), lower: of100(lower) };
  const ways = [t(`strategies.${most}`, { share: shares[/** @type {"higher"|"lower"} */ (most)] })];
  if (Math.min(higher, lower))
    ways.push(t(`strategies.${least}.too`, { share: shares[/** @type {"higher"|"lower"} */ (least)] }));
  return [gap.p50 === null ? "" : banded(gap, { signed: true }), ways.join(", ")].filter(Boolean);
}

/** @param {State} state */
function endingParts(state) {
  const soldiers = scaleOfEndings(state, SOLDIERS);
  const [button, region] = disclosure(t("strategies.other_endings"), t("strategies.other_endings.hide"), () =>
    endingCards(
      state,
      OTHER_ENDINGS.map((metric) => endingCard(state, metric, { level: 3 })),
    ),
  );
  return [
    endingCards(
      state,
      ["p_settled", "p_durable_settlement"].map((metric) => endingCard(state, metric, { level: 3 })),
    ),
    agreementWords(state, "p_durable_settlement"),
    h("p", {}, button),
    region,
    h("h3", {}, t("strategies.people")),
    h("p", { class: "small muted" }, t("strategies.people.about")),
    endingCards(
      state,
      PEOPLE.map((metric) =>
        endingCard(state, metric, SOLDIERS.includes(metric) ? { ends: soldiers } : { wide: true }),
      ),
    ),
    agreementWords(state, "people_lost"),
    h("h3", {}, t("strategies.terms")),
    h("p", { class: "small muted" }, t("strategies.terms.about")),
    endingCards(state, [endingCard(state, "terms_share_a", { ends: [0, 1] }), endingCard(state, "spend_usd_bn")]),
  ];
}
