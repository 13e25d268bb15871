// War and people: the front, losses on every side, the air war, publics and aid; how the war ends by rival model.

import { needed } from "../charts/fan.js";
import { outgrown } from "../charts/scale.js";
import { add, h } from "../dom.js";
import { hrefOf } from "../link.js";
import { chartCard, policiesDrawn } from "../parts/chart_card.js";
import { dotsCard } from "../parts/endings.js";
import { agreementWords, endingCard, endingCards, followEndings, scaleOfEndings } from "../parts/matrix.js";
import { leftOut } from "../parts/modelled.js";
import { empty } from "../parts/states.js";
import { monthWords, said, t } from "../words.js";

/** @typedef {import("../state.js").State} State */

const CHANCES = ["p_settled", "p_durable_settlement", "p_renewed_war", "p_collapse_a", "p_collapse_d"];
const SOLDIERS = ["casualties_a", "casualties_d"];

/** @param {State} state @param {HTMLElement} main */
export function draw(state, main) {
  const { schema } = state;
  const { parties } = schema.case;
  const head = h(
    "section",
    { class: "sentence" },
    h("h1", {}, t("war.title")),
    h("p", { class: "muted" }, t("war.about")),
    parties.a
      ? h(
          "p",
          { class: "small" },
          t("war.attacker"),
          " ",
          said(`actor.${parties.a}`, parties.a, "b"),
          "; ",
          t("war.defender"),
          " ",
          said(`actor.${parties.d}`, parties.d ?? "", "b"),
        )
      : null,
  );
  if (!schema.case.has_war) {
    add(main, head, empty(t("war.none"), h("a", { href: hrefOf(state, "money") }, t("view.money"))));
    return {};
  }
  /** @type {{node: HTMLElement, leave: () => void}[]} */
  const charts = [];
  const known = new Set(schema.indicators.map((/** @type {any} */ each) => each.name));
  function fans(/** @type {string[]} */ names, { oneScale = false, wide = false } = {}) {
    const shown = names.filter((name) => known.has(name));
    const domain = oneScale ? sharedScale(state, shown) : null;
    const made = shown.map((indicator) => chartCard(state, { indicator, colour: "plum", domain, wide, level: 3 }));
    const out = leftOut(
      state,
      shown.map((name, at) => ({ name, node: made[at].node })),
    );
    charts.push(...made, out);
    return h(
      "div",
      { class: "stack" },
      h(
        "div",
        { class: "cards" },
        made.map((chart) => chart.node),
      ),
      out.node,
    );
  }
  const endings = h("div", { class: "stack" });
  add(
    main,
    head,
    part("war.losses", [fans(["losses_a", "losses_d"], { oneScale: true }), fans(["civilian_harm"], { wide: true })]),
    part("war.air", [fans(["drones_launched", "power_damage_share"])]),
    part("war.front", [fans(["territory_km2", "aid_allocated_usd_bn"])]),
    part("war.publics", [fans(["support_a", "support_d"], { oneScale: true })]),
    part("war.endings", [endings]),
  );
  const off = followEndings(state, endings, () => endingParts(state));
  return {
    leave() {
      off();
      charts.forEach((chart) => chart.leave());
    },
  };
}

/** @param {string} key @param {Node[]} inside */
const part = (key, inside) =>
  h(
    "section",
    { class: "stack" },
    h("h2", { class: "parthead" }, t(key)),
    h("p", { class: "small muted prose" }, t(`${key}.about`)),
    inside,
  );

/** One vertical scale for some charts, still while a lever moves. @param {State} state @param {string[]} indicators */
function sharedScale(state, indicators) {
  /** @type {[number, number]|null} */
  let kept = null;
  return () => {
    const { money, question } = state;
    const ends = indicators.map((name) =>
      needed({
        title: "",
        unit: "",
        months: money.months,
        start: money.start,
        until: question.until,
        dataUntil: money.data_until,
        domain: null,
        hold: false,
        history: money.history[name]?.months?.length ? money.history[name] : null,
        lines: policiesDrawn(state)
          .filter((policy) => money.policies[policy].charts[name])
          .map((policy) => ({ key: policy, label: "", look: "fan", bands: money.policies[policy].charts[name] })),
      }),
    );
    const want = /** @type {[number, number]} */ ([
      Math.min(...ends.map(([low]) => low)),
      Math.max(...ends.map(([, high]) => high)),
    ]);
    if (!kept || (!state.dragging && outgrown(kept, want))) kept = want;
    return kept;
  };
}

/** @param {State} state */
function endingParts(state) {
  const soldiers = scaleOfEndings(state, SOLDIERS);
  const until = monthWords(state.question.until, "long");
  return [
    h("h3", {}, t("war.chances", { month: until })),
    h("p", { class: "small muted prose" }, t("war.chances.about")),
    endingCards(state, [...CHANCES.map((metric) => endingCard(state, metric)), dotsCard(state, 4)]),
    agreement(state, "p_durable_settlement"),
    h("h3", {}, t("war.terms")),
    h("p", { class: "small muted prose" }, t("war.terms.about")),
    endingCards(state, [
      endingCard(state, "terms_share_a", { ends: [0, 1] }),
      endingCard(state, "territory_km2"),
      endingCard(state, "months_to_settlement"),
      endingCard(state, "zopa", { about: t("war.zone") }),
    ]),
    h("h3", {}, t("war.people")),
    h("p", { class: "small muted prose" }, t("war.people.about")),
    endingCards(state, [
      ...SOLDIERS.map((metric) => endingCard(state, metric, { ends: soldiers })),
      endingCard(state, "civilian_harm_index"),
    ]),
    agreement(state, "people_lost"),
    h("h3", {}, t("war.money")),
    h("p", { class: "small muted prose" }, t("war.money.about")),
    endingCards(state, [endingCard(state, "aid_usd_bn"), endingCard(state, "spend_usd_bn")]),
  ];
}

/** @param {State} state @param {string} metric */
function agreement(state, metric) {
  const words = agreementWords(state, metric);
  return words ? h("div", { class: "notice" }, words) : null;
}
