// The page starts here: schema from the page itself, words, state, questions to the server, one view at a time.

import { ask, Failure, makeLine } from "./ask.js";
import { calmed, h, put } from "./dom.js";
import { languageOf } from "./languages.js";
import { linkText } from "./link.js";
import { drawLevers } from "./parts/levers.js";
import { drawShell } from "./parts/shell.js";
import { State } from "./state.js";
import { load, need, t } from "./words.js";

const WITH_LEVERS = new Set(["overview", "strategies", "money", "fleet", "war_and_people"]);
const WITH_ENDINGS = new Set(["overview", "strategies", "war_and_people"]);
/** Words that a view needs beside the shared ones. @type {Record<string, string[]>} */
const WORDS_OF = {
  strategies: ["strategies"],
  fleet: ["fleet", "strategies"],
  war_and_people: ["war", "strategies"],
  talks: ["talks", "sources"],
  money: ["money"],
  claims: ["claims"],
  conditions: ["conditions", "claims", "assumption"],
  sources: ["sources", "claims"],
  method: ["method"],
};
const CALM_ENDINGS = 450;
const RETRY = [1000, 2000, 4000, 8000];

async function start() {
  const app = /** @type {HTMLElement} */ (document.getElementById("app"));
  const inside = document.getElementById("schema")?.textContent ?? "";
  const schema = inside.trim() ? JSON.parse(inside) : (await ask(`/api/v1/schema${location.search}`)).document;
  const state = new State(schema, location.search);
  paint(state);
  await load(languageOf(state));
  const main = h("main", { id: "main", tabindex: -1 });
  let levers = drawLevers(state);
  let shell = drawShell(state);
  /** @type {{leave?: () => void}} */
  let view = {};
  let shown = "";

  async function show(/** @type {boolean} */ focus) {
    const name = state.question.view;
    shown = name;
    document.title = `${t(`view.${name}`)} · ${t("brand")}`;
    const [{ draw }] = await Promise.all([import(`./views/${name}.js`), need(WORDS_OF[name] ?? [])]);
    if (shown !== name) return;
    view.leave?.();
    frame.classList.toggle("alone", !WITH_LEVERS.has(name));
    put(frame, WITH_LEVERS.has(name) ? levers.node : null, main);
    main.replaceChildren();
    view = draw(state, main) ?? {};
    if (focus) {
      main.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    endings.want();
  }

  const frame = h("div", { class: "frame" });
  async function rebuild() {
    levers.leave();
    shell.leave();
    levers = drawLevers(state);
    shell = drawShell(state);
    put(app, shell.head, frame, shell.foot);
    await show(false);
  }

  const answers = makeMoney(state);
  const endings = makeEndings(state, () => WITH_ENDINGS.has(state.question.view));
  const keepAddress = calmed(() => history.replaceState(null, "", `/?${linkText(state.question, schema)}`), 250);
  let look = lookOf(state);
  state.on("question", () => {
    answers();
    endings.drop();
    if (!state.dragging) endings.want();
    const now = lookOf(state);
    if (state.question.view !== shown) {
      history.pushState(null, "", `/?${linkText(state.question, schema)}`);
      show(true);
    } else keepAddress();
    if (now !== look) {
      look = now;
      paint(state);
      load(languageOf(state)).then(rebuild);
    }
  });
  addEventListener("popstate", () => {
    state.past.push(linkText(state.question, schema));
    state.takeAll(location.search);
  });
  addEventListener("keydown", (event) => {
    const typing =
      event.target instanceof HTMLElement && event.target.matches("textarea, input[type=text], input[type=search]");
    if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    if (event.shiftKey) state.redo();
    else state.undo();
  });
  answers();
  put(app, shell.head, frame, shell.foot);
  await show(false);
}

/** @param {State} state */
const lookOf = (state) => `${state.question.lang} ${state.question.theme}`;

/** @param {State} state */
function paint(state) {
  if (state.question.theme) document.documentElement.dataset.theme = state.question.theme;
  else delete document.documentElement.dataset.theme;
}

/**
 * Charts of money: what a lever does not change is asked for once, and kept.
 * @param {State} state @returns {() => void}
 */
function makeMoney(state) {
  /** @type {any} */
  let whole = null;
  let wholeOf = "";
  let tries = 0;
  const settled = (/** @type {any} */ question) =>
    linkText({ ...question, moves: {}, from: state.schema.reference }, state.schema, { look: false });
  /** @type {Map<string, string>} */
  const context = new Map();
  const line = makeLine({
    path: (query) => `/api/v1/money?${query}`,
    drawn(document, query) {
      const of = context.get(query) ?? "";
      context.clear();
      tries = 0;
      if (!query.endsWith("&part=moved")) [whole, wholeOf] = [document, of];
      else document = { ...whole, ...document, policies: { ...whole.policies, ...document.policies } };
      state.failure.money = null;
      state.money = document;
      state.moneyOf = query.replace("&part=moved", "");
      state.tell("money");
      if (context.size === 0 && state.query !== state.moneyOf && !state.dragging) want();
    },
    failed(failure, query) {
      state.failure.money = failure;
      state.tell("notice");
      if (failure.kind === "refused") return;
      setTimeout(() => line.asked === query && line.want(query, false, true), RETRY[Math.min(tries, RETRY.length - 1)]);
      tries += 1;
    },
    busy(since) {
      state.since.money = since;
      state.tell("busy");
    },
  });
  function want() {
    const of = settled(state.question);
    const part = whole && of === wholeOf && state.moved;
    const query = state.query + (part ? "&part=moved" : "");
    context.set(query, of);
    line.want(query, state.dragging);
  }
  state.retry = () => line.want(line.asked, false, true);
  return want;
}

/**
 * Endings: first of few structural draws, then of more, until all are in or something else is asked.
 * @param {State} state @param {() => boolean} wanted
 */
function makeEndings(state, wanted) {
  let abort = new AbortController();
  let asked = "";
  /** What was asked of other settings is given up at once, so that it does not slow the answer on these. */
  function drop() {
    if (!asked || asked === state.query) return;
    abort.abort();
    asked = "";
    state.since.bargain = null;
  }
  const want = calmed(async () => {
    const query = state.query;
    if (!wanted() || query === asked || !state.schema.case.has_war) return;
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    asked = query;
    let draws = 4;
    try {
      for (;;) {
        state.since.bargain = performance.now();
        state.tell("busy");
        const { document } = await ask(`/api/v1/bargain?${query}&draws=${draws}`, { signal });
        if (signal.aborted) return;
        state.bargain = document;
        state.bargainOf = query;
        state.failure.bargain = null;
        state.tell("bargain");
        const more = document.draws.ladder.find((/** @type {number} */ each) => each > document.draws.in);
        if (!more) break;
        draws = more;
      }
    } catch (cause) {
      if (signal.aborted) return;
      asked = "";
      if (!(cause instanceof Failure)) throw cause;
      state.failure.bargain = cause;
      state.tell("bargain");
    } finally {
      if (!signal.aborted) {
        state.since.bargain = null;
        state.tell("busy");
      }
    }
  }, CALM_ENDINGS);
  return { want, drop };
}

start();
