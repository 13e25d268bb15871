// The money chain from left to right: a small fan at each step, and what a step rests on.

import { add, h, put } from "../dom.js";
import { hrefOf } from "../link.js";
import { chartCard, dataTable, indicatorTitle, policiesDrawn, policyTitle } from "../parts/chart_card.js";
import { leverName } from "../parts/levers.js";
import { resultSentence } from "../parts/sentence.js";
import { empty } from "../parts/states.js";
import { banded, monthsTo, monthWords, of100, percent, t, unitWords } from "../words.js";

const STEPS = [
  "brent_usd_bbl",
  "delivered_discount_usd_bbl",
  "freight_usd_bbl",
  "fob_discount_usd_bbl",
  "export_volume_mbd",
  "export_revenue_usd_bn",
  "oil_gas_revenue_rub_trn",
  "deficit_rub_trn",
  "liquid_fund_rub_trn",
];

/** Words that say what a state of the budget is, by the metric that counts months to it. @type {Record<string, string>} */
const STATES = {
  months_to_stressed: "money.state.stressed",
  months_to_constrained: "money.state.constrained",
  months_to_unsustainable: "money.state.unsustainable",
};
const OF_WAR = new Set(["territory_km2", "casualties_a", "casualties_d", "civilian_harm_index", "aid_usd_bn"]);

/** Levers that enter the equation of a step. @type {Record<string, string[]>} */
const LEVERS_OF = {
  brent_usd_bbl: ["stock_release_mbd"],
  delivered_discount_usd_bbl: [
    "secondary_sanctions",
    "producer_listing",
    "buyer_tariff",
    "waiver",
    "crude_import_ban",
    "product_import_ban",
  ],
  freight_usd_bbl: [
    "cap_enforcement",
    "services_ban",
    "vessels_listed_us",
    "vessels_listed_eu",
    "vessels_listed_uk",
    "listing_enforcement",
    "insurance_checks",
    "transit_inspection",
    "interdiction",
  ],
  fob_discount_usd_bbl: ["price_cap_usd_bbl", "cap_in_force", "cap_dynamic"],
  export_volume_mbd: ["port_ban", "port_strikes", "refinery_strikes", "services_ban"],
};

/** @typedef {import("../state.js").State} State */

/** @param {State} state @param {HTMLElement} main */
export function draw(state, main) {
  const steps = STEPS.filter((name) => state.schema.indicators.some((/** @type {any} */ each) => each.name === name));
  const title = h("h1", {}, t("money.title"));
  if (!steps.length)
    return add(
      main,
      title,
      empty(t("money.none"), h("a", { href: hrefOf(state, "war_and_people") }, t("view.war_and_people"))),
    );
  const says = h("p", {});
  const chain = h("ol", { class: "chain", "aria-label": t("money.title") });
  const detail = h("section", { class: "stepdetail" });
  const sums = h("section", { class: "sums measures" });
  /** @type {{leave: () => void}[]} */
  const small = [];
  /** @type {{leave: () => void}|null} */
  let large = null;
  const buttons = steps.map((name) => {
    const about = state.schema.indicators.find((/** @type {any} */ each) => each.name === name);
    const chart = chartCard(state, { indicator: name, colour: "blue", height: 96, small: true });
    small.push(chart);
    return h(
      "button",
      { type: "button", "data-step": name, onclick: () => choose(name) },
      h("b", {}, indicatorTitle(about)),
      h("span", { class: "how" }, unitWords(about.unit)),
      chart.node,
    );
  });
  put(
    chain,
    buttons.map((button) => h("li", {}, button)),
  );
  add(
    main,
    h("section", { class: "sentence" }, title, says, h("p", { class: "muted" }, t("money.about"))),
    chain,
    detail,
    sums,
  );

  function choose(/** @type {string} */ name) {
    large?.leave();
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.step === name));
    const chart = chartCard(state, { indicator: name, colour: "blue", height: 300, wide: true });
    large = chart;
    const levers = (LEVERS_OF[name] ?? [])
      .map((/** @type {string} */ lever) => state.schema.levers.find((/** @type {any} */ each) => each.name === lever))
      .filter(Boolean);
    put(
      detail,
      h(
        "p",
        {},
        t(`money.step.${name}`),
        " ",
        levers.length
          ? h("span", { class: "muted" }, `${t("money.levers")}: ${levers.map(leverName).join(", ")}. `)
          : "",
        h("a", { href: hrefOf(state, "method") }, t("why.method")),
      ),
      chart.node,
    );
  }

  function refresh() {
    const { money } = state;
    if (!money) return;
    put(title, t(money.moved ? "money.title.moved" : "money.title"));
    put(says, resultSentence(state));
    sums.dataset.columns = String(2 * policiesDrawn(state).length - 1);
    put(
      sums,
      h("h2", {}, t("money.sums")),
      sumsTable(state, money),
      h("p", { class: "small muted prose" }, t("money.states.about")),
    );
  }
  choose(steps.includes("export_revenue_usd_bn") ? "export_revenue_usd_bn" : steps[0]);
  const off = state.on("money", refresh);
  refresh();
  return {
    leave() {
      off();
      large?.leave();
      small.forEach((each) => each.leave());
    },
  };
}

/** A number and its range, on one line where there is room. @param {string} words */
const unbroken = (words) => h("span", { class: "unbroken" }, words);

/** @param {State} state @param {any} money */
function sumsTable(state, money) {
  const names = policiesDrawn(state);
  const wanted = state.schema.metrics.filter(
    (/** @type {any} */ metric) =>
      !metric.of_endings && money.policies[state.schema.reference].totals[metric.name] && !OF_WAR.has(metric.name),
  );
  const gapOf = (/** @type {string} */ name, /** @type {string} */ metric) =>
    (name === "mine" ? money.differences : money.differences_beside[name])?.[metric];
  const said = (/** @type {any} */ stat) => ("share_reached" in stat ? monthsTo(stat) : unbroken(banded(stat)));
  const signed = (/** @type {any} */ gap) =>
    !gap || gap.p05 === null || gap.unit === "months" ? "" : unbroken(banded(gap, { signed: true }));
  const paired = (/** @type {any} */ gap) =>
    !gap
      ? ""
      : gap.share_lower || gap.share_higher
        ? t("money.paired", { share: of100(gap.share_lower), other: of100(gap.share_higher) })
        : t("no_difference");
  return dataTable({
    caption: t("money.sums.caption", { month: monthWords(state.question.until, "long") }),
    heads: [
      t("overview.metric"),
      ...names.flatMap((name) =>
        name === state.schema.reference ? [policyTitle(state, name)] : [policyTitle(state, name), t("difference")],
      ),
    ],
    rows: wanted.map((/** @type {any} */ metric) => {
      const totals = (/** @type {string} */ name) => money.policies[name].totals[metric.name];
      const driven = totals(state.schema.reference).prior_driven;
      return [
        h(
          "span",
          {},
          t(`metric.${metric.name}`),
          STATES[metric.name] ? h("small", {}, t(STATES[metric.name])) : null,
          h(
            "small",
            {},
            [
              unitWords(metric.unit),
              driven === null || driven === undefined ? "" : t("money.driven", { share: percent(driven) }),
            ]
              .filter(Boolean)
              .join(", "),
          ),
        ),
        ...names.flatMap((name) =>
          name === state.schema.reference
            ? [said(totals(name))]
            : [
                said(totals(name)),
                h(
                  "span",
                  {},
                  signed(gapOf(name, metric.name)),
                  h("small", { class: "block" }, paired(gapOf(name, metric.name))),
                ),
              ],
        ),
      ];
    }),
  });
}
