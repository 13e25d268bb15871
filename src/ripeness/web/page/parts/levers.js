// The panel of levers: a policy to start from, sliders by group, when each acts, and assumptions apart from them.

import { fresh, h, put } from "../dom.js";
import { isMoved } from "../link.js";
import { listWords, named, number, quantity, t, unitWords } from "../words.js";
import { drawAssumptions } from "./assumptions.js";
import { chartCard, policyTitle } from "./chart_card.js";
import { settingsSheet } from "./settings.js";
import { drawTiming } from "./timing.js";

/** @typedef {import("../state.js").State} State */

const GROUPS = ["oil_and_shipping", "economic_pressure", "support", "talks"];
const FIRST_SHOWN = new Set([
  "cost_pressure",
  "price_cap_usd_bbl",
  "cap_enforcement",
  "secondary_sanctions",
  "listing_enforcement",
  "insurance_checks",
  "port_ban",
  "refinery_strikes",
  "extra_military_aid_usd_bn",
  "aid_withheld",
  "air_shield",
  "talks",
  "pressure_relief",
  "guarantee_deterrence",
]);
const MINI = "export_revenue_usd_bn";

export const leverName = (/** @type {any} */ lever) => named(`lever.${lever.name}`, lever.meaning);

/** What a lever is set to: moved by hand, by the policy chosen, or as it is. @param {State} state @param {any} lever @returns {number} */
export function levelOf(state, lever) {
  const move = state.question.moves[lever.name];
  if (move) return move.value;
  return rowOf(state, lever.name)?.last ?? lever.now;
}

/** How the chosen policy differs in a lever. @param {State} state @param {string} name */
export function rowOf(state, name) {
  const preset = state.schema.presets.find((/** @type {any} */ each) => each.name === state.question.from);
  return preset?.rows_of_levers_that_differ.find((/** @type {any} */ each) => each.lever === name) ?? null;
}

/** Shares are set in percent, as they are read. @param {any} about */
export const scaleOf = (about) => (about.unit === "share" ? 100 : 1);

/** @param {State} state */
export function drawLevers(state) {
  const { schema } = state;
  const isKnown = (/** @type {string} */ name) =>
    schema.indicators.some((/** @type {any} */ each) => each.name === name);
  const mini = isKnown(MINI) ? chartCard(state, { indicator: MINI, colour: "blue", height: 110, small: true }) : null;
  const rows = schema.levers.map((/** @type {any} */ lever) => leverRow(state, lever));
  const timing = drawTiming(state);
  const assumed = drawAssumptions(state);
  const from = h(
    "select",
    {
      onchange: () =>
        state.set((question) => {
          question.from = from.value;
          question.moves = {};
        }),
    },
    presetsInOrder(state).map((/** @type {any} */ preset) =>
      h(
        "option",
        { value: preset.name, selected: preset.name === state.question.from },
        policyTitle(state, preset.name),
      ),
    ),
  );
  from.id = fresh("from");
  const says = h("p", { class: "small muted" });
  const changed = h("p", { class: "small" });
  const undo = h("button", { type: "button", class: "plain", onclick: () => state.undo() }, t("undo"));
  const redo = h("button", { type: "button", class: "plain", onclick: () => state.redo() }, t("redo"));
  const reset = h("button", { type: "button", class: "plain", onclick: () => state.reset() }, t("reset"));
  const sheet = h("button", { type: "button", class: "plain", onclick: () => settingsSheet(state) }, t("settings"));
  const chip = h("span", { class: "chip" });
  const levers = h(
    "div",
    { class: "tab" },
    GROUPS.map((name) => groupOf(state, name, rows)),
    timing.node,
  );
  const assumptions = h("div", { class: "tab", hidden: true }, assumed.node);
  const [first, second] = [tab(t("levers"), levers), tab(t("assumptions"), assumptions)];
  function tab(/** @type {string} */ name, /** @type {HTMLElement} */ region) {
    region.id = fresh("tab");
    return h("button", { type: "button", "aria-controls": region.id, onclick: () => choose(region) }, name);
  }
  function choose(/** @type {HTMLElement} */ region) {
    for (const [button, each] of /** @type {[any, HTMLElement][]} */ ([
      [first, levers],
      [second, assumptions],
    ])) {
      each.hidden = each !== region;
      button.setAttribute("aria-pressed", String(each === region));
    }
    if (region === assumptions) assumed.open();
  }
  const toggle = h("button", {
    type: "button",
    class: "toggle",
    onclick: () => openPanel(node.classList.contains("closed")),
  });
  const node = h(
    "aside",
    { class: "panel closed", "aria-label": t("levers.panel") },
    toggle,
    mini
      ? h("div", { class: "minichart" }, h("p", { class: "small" }, h("b", {}, t(`indicator.${MINI}`))), mini.node)
      : null,
    h("div", {}, h("label", { for: from.id }, t("levers.from")), from, says),
    h("div", { class: "acts" }, undo, redo, reset, sheet),
    changed,
    h("div", { class: "tabs", role: "group", "aria-label": t("levers.tabs") }, first, second),
    chip,
    levers,
    assumptions,
  );
  function openPanel(/** @type {boolean} */ open) {
    node.classList.toggle("closed", !open);
    toggle.setAttribute("aria-expanded", String(open));
    put(toggle, t(open ? "levers.close" : "levers.open"));
  }
  openPanel(false);
  choose(levers);

  function refresh() {
    const { question } = state;
    from.value = question.from;
    put(says, t(`preset.${question.from}.help`));
    undo.disabled = !state.past.length;
    redo.disabled = !state.future.length;
    reset.disabled = !isMoved(question, schema) && !Object.keys(question.assumptions).length && !question.beside.length;
    const names = schema.levers.filter((/** @type {any} */ lever) => question.moves[lever.name]).map(leverName);
    put(
      changed,
      names.length
        ? t("levers.changed", {
            names: listWords(names.slice(0, 4)),
            more: names.length > 4 ? ` +${names.length - 4}` : "",
          })
        : "",
    );
    const count = Object.keys(question.assumptions).length;
    chip.hidden = !count;
    put(chip, t("assumptions.changed", { n: count }));
    for (const row of rows) row.refresh();
  }
  const off = [
    state.on("question", refresh),
    state.on("money", () => rows.forEach((/** @type {any} */ row) => row.effect())),
  ];
  refresh();
  return {
    node,
    leave() {
      off.forEach((each) => each());
      mini?.leave();
      timing.leave();
      assumed.leave();
    },
  };
}

/** Presets by their titles, the status quo first. @param {State} state */
export function presetsInOrder(state) {
  const { presets, reference } = state.schema;
  const rank = (/** @type {any} */ preset) => (preset.name === reference ? "" : policyTitle(state, preset.name));
  return [...presets].sort((one, other) => rank(one).localeCompare(rank(other), document.documentElement.lang));
}

/** @param {State} state @param {string} name @param {any[]} rows */
function groupOf(state, name, rows) {
  const own = rows.filter((row) => row.lever.group === name);
  if (!own.length) return null;
  const first = own.filter((row) => FIRST_SHOWN.has(row.lever.name));
  const more = own.filter((row) => !first.includes(row));
  const isSet = more.some((row) => state.question.moves[row.lever.name]);
  return h(
    "details",
    { class: "group", open: true },
    h("summary", {}, t(`group.${name}`)),
    first.map((row) => row.node),
    more.length
      ? h(
          "details",
          { class: "more", open: isSet },
          h("summary", {}, t("levers.more", { n: more.length })),
          more.map((row) => row.node),
        )
      : null,
  );
}

/** @param {State} state @param {any} lever */
function leverRow(state, lever) {
  const scale = scaleOf(lever);
  const id = fresh("lever");
  const help = fresh("help");
  const shown = (/** @type {number} */ value) => (scale === 1 ? quantity(value, lever.unit) : number(value, "share"));
  const slider = h("input", {
    type: "range",
    id,
    min: lever.min,
    max: lever.max,
    step: lever.step,
    "aria-describedby": help,
    oninput: () => move(Number(slider.value), true),
    onchange: () => state.release(),
  });
  const box = h("input", {
    type: "number",
    "aria-label": t("levers.exact", { name: leverName(lever) }),
    step: "any",
    min: lever.low * scale,
    max: lever.high * scale,
    onchange: () => box.value !== "" && box.checkValidity() && move(Number(box.value) / scale, false),
  });
  const about = h("span", {});
  const still = h("p", { class: "help still", hidden: true, role: "status" });
  const back = h(
    "button",
    {
      type: "button",
      class: "plain small",
      hidden: true,
      "aria-label": t("levers.back_of", { name: leverName(lever) }),
      onclick: () => {
        state.set((question) => void delete question.moves[lever.name]);
        slider.focus();
      },
    },
    t("levers.back"),
  );
  const node = h(
    "div",
    { class: "lever", "data-lever": lever.name },
    h("label", { for: id }, leverName(lever)),
    h("span", { class: "box" }, box, scale === 100 ? "%" : unitWords(lever.unit)),
    slider,
    h(
      "p",
      { class: "help", id: help },
      about,
      " ",
      h(
        "details",
        { class: "source" },
        h("summary", {}, t("levers.what")),
        h("span", {}, t(`lever.${lever.name}.help`)),
        source(lever),
      ),
    ),
    back,
    still,
  );
  function move(/** @type {number} */ value, /** @type {boolean} */ drag) {
    const kept = Number(value.toPrecision(9));
    state.set(
      (question) => {
        const before = question.moves[lever.name];
        question.moves[lever.name] = { ...(before ?? { at: null, over: 0 }), value: kept };
      },
      { drag },
    );
  }
  function refresh() {
    const value = levelOf(state, lever);
    const moved = Boolean(state.question.moves[lever.name]);
    const row = rowOf(state, lever.name);
    if (document.activeElement !== slider || Number(slider.value) !== value) slider.value = String(value);
    slider.setAttribute("aria-valuetext", shown(value));
    box.value = String(Number((value * scale).toPrecision(4)));
    node.classList.toggle("moved", moved);
    back.hidden = !moved;
    const words = [t("levers.now", { value: shown(lever.now) })];
    if (row && !moved)
      words.push(
        row.first === row.last
          ? t("levers.policy_sets", { value: shown(row.last) })
          : t("levers.policy_moves", { first: shown(row.first), last: shown(row.last) }),
      );
    put(about, words.join("; "));
    if (!moved) still.hidden = true;
  }
  function effect() {
    const found = state.money?.no_effect.find(
      (/** @type {any} */ each) => each.lever === lever.name || each.lever.startsWith(`${lever.name}.`),
    );
    still.hidden = !found;
    put(still, found ? t(found.reason) : "");
  }
  refresh();
  return { lever, node, refresh, effect };
}

/** Where the value in force comes from. @param {any} lever */
function source({ source: found }) {
  if (!found) return h("span", {}, " ", t("levers.no_source"));
  const words = [found.title, found.act, found.source, found.date].filter(Boolean).join(", ");
  return h(
    "span",
    { lang: "en" },
    " ",
    found.url ? h("a", { href: found.url, rel: "noreferrer" }, words) : words,
    ` (${found.quality})`,
  );
}
