// Fleet and routes: ships and oil afloat as fans, the levers that act on them, who carries what, and what is not there.

import { rangeRows } from "../charts/ranges.js";
import { add, h, put } from "../dom.js";
import { hrefOf } from "../link.js";
import {
  card,
  chartCard,
  indicatorTitle,
  policiesDrawn,
  policyLook,
  policyTitle,
  scrolled,
} from "../parts/chart_card.js";
import { keepPlace } from "../parts/keep_place.js";
import { leverName, levelOf, rowOf } from "../parts/levers.js";
import { empty } from "../parts/states.js";
import { monthWords, number, quantity, t, unitWords } from "../words.js";

/** @typedef {import("../state.js").State} State */

/** Levers that enter an equation of ships, in the order in which a voyage meets them. */
const LEVERS = [
  "cap_enforcement",
  "price_cap_usd_bbl",
  "services_ban",
  "vessels_listed_us",
  "vessels_listed_eu",
  "vessels_listed_uk",
  "listing_enforcement",
  "insurance_checks",
  "transit_inspection",
  "port_ban",
  "interdiction",
  "waiver",
  "pressure_relief",
];

const CHANNELS = ["insured", "unlisted", "listed_eu", "listed_us"];
const NOT_HERE = ["single", "by_buyer", "by_class", "times"];

/** @param {State} state @param {HTMLElement} main */
export function draw(state, main) {
  const { schema } = state;
  const own = schema.indicators.filter((/** @type {any} */ each) => each.group === "fleet");
  const head = h(
    "section",
    { class: "sentence" },
    h("h1", {}, t("fleet.title")),
    h("p", { class: "muted" }, t("fleet.about")),
  );
  if (!own.length) {
    add(
      main,
      head,
      empty(t("fleet.none"), h("a", { href: hrefOf(state, "war_and_people") }, t("view.war_and_people"))),
    );
    return {};
  }
  const charts = own.map((/** @type {any} */ each) => chartCard(state, { indicator: each.name, colour: "green" }));
  const ends = h("div", { class: "ends" });
  const levers = h("div", {});
  add(
    main,
    head,
    h(
      "div",
      { class: "cards fours" },
      charts.map((/** @type {any} */ chart) => chart.node),
    ),
    card({
      title: t("fleet.end", { month: monthWords(state.question.until, "long") }),
      about: t("fleet.end.about"),
      wide: true,
      inside: ends,
    }),
    h(
      "section",
      { class: "stack" },
      h("h2", {}, t("fleet.levers")),
      h("p", { class: "small muted prose" }, t("fleet.levers.about")),
      levers,
    ),
    h(
      "section",
      { class: "stack" },
      h("h2", {}, t("fleet.channels")),
      h("p", { class: "prose" }, t("fleet.channels.about")),
      h(
        "dl",
        { class: "facts" },
        CHANNELS.flatMap((name) => [
          h("dt", {}, t(`fleet.channel.${name}`)),
          h("dd", {}, t(`fleet.channel.${name}.help`)),
        ]),
      ),
      h("p", { class: "prose" }, t("fleet.buyers")),
    ),
    h(
      "section",
      { class: "prose" },
      h("h2", {}, t("fleet.not")),
      h(
        "ul",
        {},
        NOT_HERE.map((name) => h("li", {}, t(`fleet.not.${name}`))),
      ),
      h("p", {}, h("a", { href: hrefOf(state, "method") }, t("fleet.not.all"))),
    ),
  );

  function drawEnds() {
    const { money } = state;
    if (!money) return put(ends, h("p", { class: "muted" }, t("loading")));
    const last = money.months.length - 1;
    keepPlace(ends, () =>
      put(
        ends,
        own.map((/** @type {any} */ about) => {
          const rows = policiesDrawn(state)
            .filter((policy) => money.policies[policy].charts[about.name])
            .map((policy) => {
              const bands = money.policies[policy].charts[about.name];
              return {
                name: policyTitle(state, policy),
                look: policyLook(state, policy),
                stat: {
                  unit: about.unit,
                  p05: bands.p05[last],
                  p25: bands.p25[last],
                  p50: bands.p50[last],
                  p75: bands.p75[last],
                  p95: bands.p95[last],
                },
              };
            });
          return scrolled(
            indicatorTitle(about),
            rangeRows({
              caption: `${indicatorTitle(about)}, ${unitWords(about.unit)}`,
              rows,
              unit: about.unit,
              heads: [t("policy"), t("table.bands")],
            }),
          );
        }),
      ),
    );
  }
  function drawLevers() {
    keepPlace(levers, () => put(levers, leversTable(state)));
  }
  const off = [state.on("money", drawEnds), state.on("question", drawLevers)];
  drawEnds();
  drawLevers();
  return {
    leave() {
      off.forEach((each) => each());
      charts.forEach((/** @type {any} */ chart) => chart.leave());
    },
  };
}

/** @param {State} state */
function leversTable(state) {
  const shown = (/** @type {any} */ lever, /** @type {number} */ value) =>
    lever.unit === "share" ? number(value, "share") : quantity(value, lever.unit);
  const found = LEVERS.map((name) => state.schema.levers.find((/** @type {any} */ each) => each.name === name)).filter(
    Boolean,
  );
  const heads = [t("lever"), t("status_quo"), t("fleet.set"), t("fleet.does")];
  return scrolled(
    t("fleet.levers"),
    h(
      "table",
      { class: "leverlist" },
      h("caption", { class: "sr" }, t("fleet.levers")),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map((head) => h("th", { scope: "col" }, head)),
        ),
      ),
      h(
        "tbody",
        {},
        found.map((lever) => {
          const value = levelOf(state, lever);
          const row = state.question.moves[lever.name] ? null : rowOf(state, lever.name);
          const differs = value !== lever.now || Boolean(row);
          const set =
            row && row.least !== row.most
              ? t("range", { low: shown(lever, row.least), high: shown(lever, row.most) })
              : shown(lever, value);
          return h(
            "tr",
            {},
            h(
              "th",
              { scope: "row" },
              h("button", { type: "button", class: "plain", onclick: () => goTo(lever.name) }, leverName(lever)),
            ),
            h("td", { class: "num", "data-head": heads[1] }, shown(lever, lever.now)),
            h("td", { class: "num", "data-head": heads[2] }, differs ? h("b", {}, set) : set),
            h("td", {}, t(`fleet.lever.${lever.name}`)),
          );
        }),
      ),
    ),
  );
}

/** To the slider of a lever, wherever it is folded away. @param {string} name */
function goTo(name) {
  const slider = /** @type {HTMLElement|null} */ (
    document.querySelector(`.panel [data-lever="${name}"] input[type="range"]`)
  );
  if (!slider) return;
  const toggle = /** @type {HTMLElement|null} */ (document.querySelector(".panel.closed > .toggle"));
  if (toggle && getComputedStyle(toggle).display !== "none") toggle.click();
  for (let at = slider.parentElement; at; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
  slider.focus();
  slider.scrollIntoView({ block: "center" });
}
