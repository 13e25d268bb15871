// What would have to be true: under which assumptions a claim holds, and which models expect it.

import { ask } from "../ask.js";
import { rangeRows } from "../charts/ranges.js";
import { add, fresh, g, h, put } from "../dom.js";
import { policyTitle } from "../parts/chart_card.js";
import { choice } from "../parts/choice.js";
import { longAnswer } from "../parts/progress.js";
import { monthSpan } from "../parts/spans.js";
import { empty, failed } from "../parts/states.js";
import {
  dayWords,
  english_text,
  monthWords,
  named,
  number,
  of100,
  percent,
  plain,
  said,
  t,
  unitWords,
} from "../words.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {Record<string, string>} Asked claim, or better, than, metric and sense, and for a reverse its months and size */

/** What was last asked, and of what it is the reverse; kept while the page is open. @type {{asked: Asked|null, of: Asked|null, kind: "claim"|"policies"}} */
const kept = { asked: null, of: null, kind: "claim" };

/** @param {State} state @param {HTMLElement} main */
export function draw(state, main) {
  let abort = new AbortController();
  const about = `v=1&case=${encodeURIComponent(state.question.case)}`;
  /** @type {any} */
  let offered = null;
  const chooser = h("div", { class: "stack" }, h("p", { class: "muted" }, t("loading")));
  const answer = h("div", { class: "stack", tabindex: -1 });
  add(
    main,
    h("div", { class: "lead" }, h("h1", {}, t("conditions.title")), h("p", {}, t("conditions.lead"))),
    chooser,
    answer,
  );
  open();

  async function open() {
    try {
      offered = (await ask(`/api/v1/conditions?${about}`, { signal: abort.signal })).document;
    } catch (failure) {
      if (!abort.signal.aborted)
        put(
          chooser,
          failed(failure, () => open()),
        );
      return;
    }
    if (choice.claim) Object.assign(kept, { asked: { claim: choice.claim }, of: null, kind: "claim" });
    choice.claim = null;
    drawChooser();
    if (kept.asked) find(kept.asked, false, kept.of);
  }

  function drawChooser() {
    const claims = kept.kind === "claim";
    const tab = (/** @type {"claim"|"policies"} */ kind) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(kept.kind === kind),
          onclick: () => {
            kept.kind = kind;
            drawChooser();
            chooser.querySelector("[aria-pressed=true]")?.focus();
          },
        },
        t(`conditions.${kind}`),
      );
    put(
      chooser,
      h("div", { class: "row-of", role: "group", "aria-label": t("conditions.choose") }, tab("claim"), tab("policies")),
      claims ? claimQuestions() : policyQuestion(),
    );
  }

  function claimQuestions() {
    if (!offered.claims.length) return empty(t("conditions.no_claims"));
    return h(
      "ul",
      { class: "questions" },
      offered.claims.map((/** @type {any} */ each) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              "aria-pressed": String(kept.asked?.claim === each.id),
              onclick: () => find({ claim: each.id }, true),
            },
            h("span", { class: "muted num" }, each.id),
            english_text(each.question),
          ),
        ),
      ),
    );
  }

  function policyQuestion() {
    const asked = kept.asked ?? {};
    const policies = [state.schema.reference, ...offered.policies];
    const option = (/** @type {string} */ name, /** @type {string} */ chosen) =>
      h("option", { value: name, selected: name === chosen }, policyTitle(state, name));
    const better = h(
      "select",
      { name: "better" },
      policies.map((name) => option(name, asked.better ?? offered.policies[0])),
    );
    const than = h(
      "select",
      { name: "than" },
      policies.map((name) => option(name, asked.than ?? state.schema.reference)),
    );
    const metrics = new Map(state.schema.metrics.map((/** @type {any} */ each) => [each.name, each]));
    const metric = h(
      "select",
      { name: "metric" },
      [...metrics.values()].map((each) =>
        h("option", { value: each.name, selected: each.name === asked.metric }, metricTitle(state, each.name)),
      ),
    );
    const sense = h(
      "select",
      { name: "sense" },
      ["lower", "higher"].map((each) =>
        h("option", { value: each, selected: each === asked.sense }, t(`conditions.sense.${each}`)),
      ),
    );
    const field = (/** @type {string} */ key, /** @type {Node} */ input) =>
      h("label", {}, t(`conditions.${key}`), input);
    const note = h("p", { role: "status", class: "small" });
    return h(
      "form",
      {
        class: "stack",
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          if (better.value === than.value) return put(note, t("conditions.same"));
          find({ better: better.value, than: than.value, metric: metric.value, sense: sense.value }, true);
        },
      },
      h(
        "div",
        { class: "filters" },
        field("better", better),
        field("sense", sense),
        field("metric", metric),
        field("than", than),
        h("button", {}, t("conditions.find")),
      ),
      note,
    );
  }

  /** @param {Asked} asked @param {boolean} [byHand] @param {Asked|null} [of] what it is the reverse of */
  function find(asked, byHand = false, of = null) {
    abort.abort();
    abort = new AbortController();
    kept.asked = asked;
    kept.of = of;
    if (kept.kind === "claim")
      for (const [at, button] of [...chooser.querySelectorAll(".questions button")].entries())
        button.setAttribute("aria-pressed", String(offered.claims[at].id === (of ?? asked).claim));
    const query = Object.entries(asked)
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
      .join("&");
    const { node, begin } = longAnswer(abort, {
      path: `/api/v1/conditions?${about}&${query}`,
      stopped: t("conditions.stopped"),
      drawn: (document) => drawAnswer(document, asked),
      again: () => find(asked, true, of),
    });
    put(answer, questionWords(asked), node);
    if (byHand) answer.focus();
    begin();
  }

  /** @param {Asked} asked */
  function questionWords(asked) {
    const claim = offered.claims.find((/** @type {any} */ each) => each.id === asked.claim);
    if (claim) return h("h2", {}, english_text(claim.question));
    return h(
      "h2",
      {},
      t(`conditions.asked.${asked.sense ?? "lower"}`, {
        better: policyTitle(state, asked.better),
        than: policyTitle(state, asked.than),
        metric: metricTitle(state, asked.metric),
      }),
    );
  }

  /** @param {any} document @param {Asked} asked */
  function drawAnswer(document, asked) {
    const [reading] = Object.values(document.readings);
    const boxes = document.boxes;
    put(
      answer,
      h(
        "div",
        { class: "stack tight" },
        questionWords(asked),
        document.claim
          ? h("p", { class: "muted" }, english_text(document.claim.sentence), " · ", english_text(reading.judgment))
          : null,
        ways(asked, reading),
      ),
      h(
        "section",
        { class: "card" },
        rates(document),
        h(
          "p",
          { class: "small muted" },
          t("conditions.rates.about", { n: document.answers[0]?.futures ?? document.run.members }),
        ),
      ),
      h("h2", {}, t("conditions.boxes")),
      boxes.length ? h("p", { class: "muted prose" }, t("conditions.boxes.about")) : null,
      boxes.length
        ? h(
            "div",
            { class: "cards" },
            boxes.map((/** @type {any} */ box, /** @type {number} */ at) =>
              boxCard(
                box,
                boxes.slice(0, at).some((/** @type {any} */ each) => each.model === box.model && each.of === box.of),
              ),
            ),
          )
        : empty(t("conditions.no_box")),
      separators(document),
      sureness(document),
    );
  }

  /** The question and its reverse, side by side. @param {Asked} asked @param {any} reading */
  function ways(asked, reading) {
    const { policy, than, metric, rule, start, until, value } = reading;
    if (!than || policy === than) return h("p", { class: "small muted" }, t("conditions.no_reverse"));
    const sense = asked.sense ?? (/high|rise|above|more|at_least/.test(rule) ? "higher" : "lower");
    const { of } = kept;
    /** @type {Asked} */
    const reverse = { better: than, than: policy, metric, sense, start, until };
    if (/_by$/.test(rule) && value) reverse.by = String(value);
    return h(
      "div",
      { class: "stack tight" },
      h(
        "div",
        { class: "row-of", role: "group", "aria-label": t("conditions.ways") },
        h(
          "button",
          { type: "button", "aria-pressed": String(!of), onclick: () => of && find(of, true) },
          t("conditions.way.asked"),
        ),
        h(
          "button",
          { type: "button", "aria-pressed": String(Boolean(of)), onclick: () => of || find(reverse, true, asked) },
          t("conditions.way.reverse"),
        ),
      ),
      of
        ? null
        : h(
            "p",
            { class: "small muted" },
            t("conditions.way.asks"),
            " ",
            t(`conditions.asked.${sense}`, {
              better: policyTitle(state, than),
              than: policyTitle(state, policy),
              metric: metricTitle(state, metric),
            }),
            ".",
          ),
    );
  }

  return { leave: () => abort.abort() };
}

/** @param {State} state @param {string} name */
const metricTitle = (state, name) =>
  named(`metric.${name}`, state.schema.metrics.find((/** @type {any} */ each) => each.name === name)?.title ?? name);

/** @param {string} name */
const modelTitle = (name) => named(`model.${name}`, name);

/** How often it holds in each model, the models that expect it first. @param {any} document */
function rates(document) {
  const answers = [...document.answers].sort((one, other) => (other.base_rate ?? -1) - (one.base_rate ?? -1));
  return rangeRows({
    caption: t("conditions.rates"),
    unit: "share",
    domain: [0, 1],
    heads: [t("model"), t("conditions.holds_in")],
    rows: answers.map((each) => ({
      name: modelTitle(each.model),
      stat:
        each.base_rate === null
          ? null
          : { unit: "share", p05: each.base_rate, p50: each.base_rate, p95: each.base_rate },
      words: each.base_rate === null ? t("conditions.no_answer") : t("conditions.of", { n: of100(each.base_rate) }),
      note: each.boxes.length
        ? t("conditions.found", { n: each.boxes.length })
        : named(`conditions.reason.${each.reason}`, each.reason),
    })),
  });
}

/** Conditions under which it holds, or fails; a model's later ones are looked for outside its earlier ones. @param {any} box @param {boolean} later */
function boxCard(box, later) {
  const name = fresh("box");
  return h(
    "article",
    { class: "card", "aria-labelledby": name },
    h("p", { class: "small muted" }, modelTitle(box.model), later ? ` · ${t("conditions.box.later")}` : ""),
    h(
      "h3",
      { id: name },
      t(box.of === "fails" ? "conditions.box.fails" : "conditions.box.holds", {
        n: of100(box.density),
        elsewhere: of100(box.elsewhere),
      }),
    ),
    h(
      "ul",
      { class: "limits" },
      box.ranges.map((/** @type {any} */ range, /** @type {number} */ at) =>
        limit(
          range,
          box.conditions[at],
          box.limits_found.filter((/** @type {any} */ each) => each.parameter === box.conditions[at]?.parameter),
        ),
      ),
    ),
    h(
      "dl",
      { class: "facts" },
      term("coverage", t("conditions.of", { n: of100(box.coverage) })),
      term("mass", t("conditions.of", { n: of100(box.mass) })),
      term("held_out", box.held_out === null ? "–" : t("conditions.of", { n: of100(box.held_out) })),
      term("stability", t("conditions.of", { n: of100(box.stability) })),
    ),
    h("details", { class: "more" }, h("summary", {}, t("conditions.in_words")), english_text(box.in_words, "p")),
  );
}

/** @param {string} key @param {any} inside */
const term = (key, inside) => [h("dt", {}, t(`conditions.${key}`)), h("dd", {}, inside)];

/** One assumption: its whole range, the part in which it holds, and where that begins. @param {any} range @param {any} about @param {any[]} found */
function limit({ label, unit, low, high, range }, about, found) {
  return h(
    "li",
    {},
    h(
      "p",
      {},
      h("b", {}, said(`assumption.${about.parameter}`, label)),
      " ",
      h("span", { class: "chip" }, named(`known.${about.identification}`, about.identification)),
    ),
    h("p", { class: "num" }, boundWords(low, high, unit)),
    strip([low, high], range, found),
    h(
      "p",
      { class: "small muted" },
      t("conditions.drawn", { low: number(range[0], "none"), high: number(range[1], "none") }),
      found.map(
        (each) =>
          ` ${t("conditions.tips", { at: number(each.value, "none"), low: number(each.spread[0], "none"), high: number(each.spread[1], "none") })}`,
      ),
    ),
  );
}

/** @param {number|null} low @param {number|null} high @param {string} unit */
function boundWords(low, high, unit) {
  const words = unit ? `\u00a0${unitWords(unit)}` : "";
  if (low !== null && high !== null)
    return t("conditions.between", { low: number(low, "none"), high: number(high, "none") }) + words;
  return low !== null
    ? t("conditions.above", { low: number(low, "none") }) + words
    : t("conditions.below", { high: number(high, "none") }) + words;
}

/** @param {[number|null, number|null]} limits @param {[number, number]} range @param {any[]} found */
function strip([low, high], [least, most], found) {
  const at = (/** @type {number} */ value) =>
    1 + (98 * (Math.min(Math.max(value, least), most) - least)) / (most - least || 1);
  const x = (/** @type {number} */ value) => `${at(value).toFixed(2)}%`;
  return g(
    "svg",
    { class: "limit", height: 26, "aria-hidden": "true" },
    g("line", { class: "span", x1: "1%", x2: "99%", y1: 13, y2: 13 }),
    g("line", { class: "in", x1: x(low ?? least), x2: x(high ?? most), y1: 13, y2: 13 }),
    found
      .map((each) => [
        g("line", { class: "doubt", x1: x(each.spread[0]), x2: x(each.spread[1]), y1: 13, y2: 13 }),
        g("line", { class: "tip", x1: x(each.value), x2: x(each.value), y1: 3, y2: 23 }),
      ])
      .flat(),
  );
}

/** Assumptions that separate the futures, the surest first, with their tipping values. @param {any} document */
function separators(document) {
  const rows = document.boxes
    .flatMap((/** @type {any} */ box) =>
      box.limits_found.map((/** @type {any} */ each) => ({
        ...each,
        model: box.model,
        of: box.of,
        range:
          box.ranges[box.conditions.findIndex((/** @type {any} */ one) => one.parameter === each.parameter)]?.range ??
          each.spread,
      })),
    )
    .sort((/** @type {any} */ one, /** @type {any} */ other) => one.quasi_p - other.quasi_p);
  if (!rows.length) return null;
  const words = (/** @type {any} */ each) =>
    t(each.side === "lower" ? "conditions.above" : "conditions.below", {
      low: number(each.value, "none"),
      high: number(each.value, "none"),
    });
  return h(
    "section",
    { class: "stack tight" },
    h("h2", {}, t("conditions.separate")),
    h("p", { class: "muted" }, t("conditions.separate.about")),
    h(
      "table",
      { class: "ranges" },
      h("caption", { class: "sr" }, t("conditions.separate")),
      h(
        "thead",
        { class: "sr" },
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("conditions.assumption")),
          h("td", {}),
          h("th", { scope: "col" }, t("conditions.tipping")),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((/** @type {any} */ each) =>
          h(
            "tr",
            {},
            h(
              "th",
              { scope: "row" },
              said(`assumption.${each.parameter}`, each.label),
              h("small", {}, modelTitle(each.model), each.of === "fails" ? ` · ${t("conditions.fails_there")}` : ""),
            ),
            h(
              "td",
              { class: "bar" },
              strip(each.side === "lower" ? [each.value, null] : [null, each.value], each.range, [each]),
            ),
            h(
              "td",
              { class: "value" },
              h("b", {}, words(each)),
              " ",
              h(
                "small",
                {},
                `(${t("range", { low: number(each.spread[0], "none"), high: number(each.spread[1], "none") })})`,
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Runs, second method, and how parameters were drawn. @param {any} document */
function sureness(document) {
  const { run, draws } = document;
  const trees = document.answers.filter((/** @type {any} */ each) => each.cart);
  return h(
    "details",
    { class: "more" },
    h("summary", {}, t("conditions.sure")),
    h(
      "dl",
      { class: "facts" },
      term("months", monthSpan(run.start, run.until, "long")),
      term("runs", t("conditions.futures", { n: document.answers[0]?.futures ?? run.members })),
      term("draws", english_text(draws.in_words)),
      term("data", run.data_as_of.length > 7 ? dayWords(run.data_as_of) : monthWords(run.data_as_of, "long")),
      trees.length
        ? term(
            "second",
            h(
              "ul",
              { class: "plain-list" },
              trees.map((/** @type {any} */ each) =>
                h("li", {}, t("conditions.tree", { model: modelTitle(each.model), share: percent(each.cart.overlap) })),
              ),
            ),
          )
        : null,
      term(
        "in_full",
        h(
          "ul",
          { class: "plain-list" },
          document.answers.map((/** @type {any} */ each) => h("li", {}, english_text(each.in_words))),
        ),
      ),
      term("run", h("code", {}, run.hash.slice(0, 12), ` · ${t("conditions.seed", { seed: plain(run.seed) })}`)),
    ),
  );
}
