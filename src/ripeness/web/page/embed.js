// One chart for other pages: no levers, the model's banner above it, a way back to the lab below, its height told to the page around.

import { ask, Failure } from "./ask.js";
import { add, h, put } from "./dom.js";
import { languageOf } from "./languages.js";
import { hrefOf } from "./link.js";
import { chartCard, indicatorTitle } from "./parts/chart_card.js";
import { failed } from "./parts/states.js";
import { State } from "./state.js";
import { load, monthWords, said, t } from "./words.js";

const COLOURS = { money: "blue", fleet: "green", war_and_people: "plum" };
const AGAIN = 3000;

async function start() {
  const app = /** @type {HTMLElement} */ (document.getElementById("app"));
  tellHeight();
  const inside = document.getElementById("schema")?.textContent ?? "";
  const schema = inside.trim() ? JSON.parse(inside) : (await ask(`/api/v1/schema${location.search}`)).document;
  const state = new State(schema, location.search);
  if (state.question.theme) document.documentElement.dataset.theme = state.question.theme;
  await load(languageOf(state));
  const name = decodeURIComponent(location.pathname.split("/").pop() ?? "");
  const about = schema.indicators.find((/** @type {any} */ each) => each.name === name);
  const back = hrefOf(state, "overview");
  const place = h("main", { id: "main" });
  put(
    app,
    h(
      "aside",
      { class: "banner", "aria-label": t("embed.note") },
      t("banner"),
      " ",
      h("a", { href: hrefOf(state, "method") }, t("banner.link")),
    ),
    place,
  );
  if (!about) {
    document.title = t("brand");
    return add(
      place,
      h("h1", {}, t("brand")),
      h("p", {}, t("embed.none")),
      h("p", {}, h("a", { href: back }, t("embed.open"))),
    );
  }
  document.title = `${indicatorTitle(about)} · ${t("brand")}`;
  const chart = chartCard(state, {
    indicator: name,
    colour: /** @type {any} */ (COLOURS)[about.group] ?? "blue",
    height: 260,
  });
  const foot = h(
    "p",
    { class: "small muted embedfoot" },
    h("a", { href: back }, t("embed.open")),
    h("span", {}, t("embed.from", { model: schema.model_version, month: monthWords(schema.data_as_of, "long") })),
    said(`case.${schema.case.name}`, schema.case.title),
  );
  const trouble = h("div", {});
  add(place, h("h1", { class: "sr" }, `${t("brand")}: ${indicatorTitle(about)}`), chart.node, trouble, foot);

  async function run() {
    try {
      const { document: found } = await ask(`/api/v1/money?${state.query}`);
      state.money = found;
      state.moneyOf = state.query;
      put(trouble);
      state.tell("money");
    } catch (failure) {
      put(trouble, failed(failure, run));
      if (failure instanceof Failure && failure.kind !== "refused") setTimeout(run, AGAIN);
    }
  }
  await run();
}

/** The page around may size its frame: {ripeness: "height", height} at every change. */
function tellHeight() {
  if (parent === window) return;
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    parent.postMessage({ ripeness: "height", height }, "*");
  }).observe(document.documentElement);
}

start();
