// The ledger of claims: each sentence, what came of testing it, and what would turn the verdict.

import { askUntilWhole } from "../ask.js";
import { rangeRows } from "../charts/ranges.js";
import { add, calmed, fresh, h, opensElsewhere, put } from "../dom.js";
import { hrefOf } from "../link.js";
import { choice } from "../parts/choice.js";
import { progressBar } from "../parts/progress.js";
import { sourced } from "../parts/sourced.js";
import { empty, failed } from "../parts/states.js";
import {
  chance,
  dayWords,
  english_text,
  listWords,
  monthWords,
  named,
  number,
  of100,
  percent,
  plain,
  quantity,
  t,
} from "../words.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {any} Tested a claim, or a part of one, and what came of testing it */

export const SIGNS = {
  supported: "●",
  refuted: "○",
  contested: "◐",
  model_dependent: "◑",
  not_testable: "–",
  unknown: "?",
};
const WAITS = "waiting";
const LONG = 260;

/** What the reader looks for; kept while the page is open. */
const kept = { verdict: "", paragraph: "", kind: "", decided: "", words: "" };

/** @param {State} state @param {HTMLElement} main */
export function draw(state, main) {
  const abort = new AbortController();
  /** @type {any} */
  let ledger = null;
  /** @type {Set<string>} */
  let withConditions = new Set();
  const progress = progressBar(() => stop());
  const chips = h("div", { class: "chips", role: "group", "aria-label": t("claims.verdict") });
  const filters = h("div", { class: "filters" });
  const count = h("span", { role: "status" });
  const told = h("h2", { class: "count" }, count);
  const list = h("ul", { class: "ledger" });
  const nothing = h("div", {});
  const place = h("div", { class: "stack" }, chips, filters, told, list, nothing);
  place.hidden = true;
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();

  add(
    main,
    h("div", { class: "lead" }, h("h1", {}, t("claims.title")), h("p", {}, t("claims.lead"))),
    progress.node,
    place,
    meanings(),
  );
  if (state.schema.case.claims) begin();
  else progress.put(empty(t("claims.no_claims")));

  async function begin() {
    try {
      const about = `v=1&case=${encodeURIComponent(state.question.case)}`;
      askUntilWhole(`/api/v1/conditions?${about}`, abort.signal, (document) => {
        withConditions = new Set(document.claims.map((/** @type {any} */ each) => each.id));
      }).catch(() => undefined);
      await askUntilWhole(`/api/v1/claims?${about}`, abort.signal, tell);
    } catch (failure) {
      if (!abort.signal.aborted) progress.put(failed(failure, () => begin()));
    }
  }
  function stop() {
    abort.abort();
    progress.put(empty(t("claims.stopped")));
  }

  /** @param {any} document @param {boolean} whole */
  function tell(document, whole) {
    if (whole) progress.done();
    else progress.told(document.progress, document.done, document.of);
    if (ledger && ledger.done === document.done && !whole) return;
    ledger = document;
    place.hidden = false;
    if (!filters.contains(window.document.activeElement)) drawFilters();
    const waiting = (document.waiting_for ?? []).map((/** @type {any} */ each) => ({ ...each, verdict: WAITS }));
    const all = [...document.claims, ...waiting].sort((one, other) =>
      one.id.localeCompare(other.id, "en", { numeric: true }),
    );
    const focused = list.contains(window.document.activeElement);
    const open = new Set([...rows].filter(([, row]) => row.querySelector("details")?.open).map(([id]) => id));
    if (focused && !whole) return;
    rows.clear();
    put(
      list,
      all.map((claim) => {
        const row = claimRow(state, claim, () => withConditions.has(claim.id), open.has(claim.id));
        rows.set(claim.id, row);
        return row;
      }),
    );
    sift();
  }

  function drawFilters() {
    const counts = ledger.counts ?? {};
    put(
      chips,
      Object.keys(SIGNS)
        .filter((verdict) => counts[verdict])
        .map((verdict) =>
          h(
            "button",
            { type: "button", "aria-pressed": String(kept.verdict === verdict), onclick: () => choose(verdict) },
            sign(verdict),
            t(`claims.verdict.${verdict}`),
            h("b", {}, plain(counts[verdict])),
          ),
        ),
    );
    const values = (/** @type {(claim: any) => string[]} */ of) => [...new Set(ledger.claims.flatMap(of))].map(String);
    put(
      filters,
      h(
        "label",
        { class: "grow" },
        t("claims.search"),
        h("input", {
          type: "search",
          value: kept.words,
          oninput: calmed((/** @type {Event} */ event) => {
            kept.words = /** @type {HTMLInputElement} */ (event.target).value;
            sift();
          }, 150),
        }),
      ),
      choices(
        "paragraph",
        values((each) => [each.paragraph]),
        (value) => (/^\d/.test(value) ? t("claims.paragraph.of", { at: value }) : t(`claims.paragraph.${value}`)),
      ),
      choices("kind", values((each) => [each.type]).sort(), (value) => named(`claims.type.${value}`, value)),
      choices("decided", values((each) => each.decided_by).sort(), (value) => named(`claims.by.${value}`, value)),
    );
  }
  /** @param {"paragraph"|"kind"|"decided"} key @param {string[]} values @param {(value: string) => string} words */
  function choices(key, values, words) {
    const select = h(
      "select",
      {
        onchange: () => {
          kept[key] = select.value;
          sift();
        },
      },
      h("option", { value: "" }, t("claims.all")),
      values.map((value) => h("option", { value, selected: kept[key] === value }, words(value))),
    );
    return h("label", {}, t(`claims.${key}`), select);
  }
  function choose(/** @type {string} */ verdict) {
    kept.verdict = kept.verdict === verdict ? "" : verdict;
    for (const button of chips.querySelectorAll("button")) button.setAttribute("aria-pressed", "false");
    if (kept.verdict)
      chips.children[
        Object.keys(SIGNS)
          .filter((each) => ledger.counts[each])
          .indexOf(verdict)
      ].setAttribute("aria-pressed", "true");
    sift();
  }

  /** Rows that match stay; how many is said. */
  function sift() {
    if (!ledger) return;
    const all = [...ledger.claims, ...(ledger.waiting_for ?? [])];
    let shown = 0;
    for (const claim of all) {
      const fits = matches(claim);
      shown += fits ? 1 : 0;
      const row = rows.get(claim.id);
      if (row) row.hidden = !fits;
    }
    put(count, t("claims.count", { n: shown, of: ledger.of }));
    put(
      nothing,
      shown ? null : empty(t("claims.none"), h("button", { type: "button", onclick: clear }, t("claims.clear"))),
    );
  }
  function clear() {
    Object.assign(kept, { verdict: "", paragraph: "", kind: "", decided: "", words: "" });
    drawFilters();
    sift();
  }

  return {
    leave: () => {
      abort.abort();
      progress.done();
    },
  };
}

/** @param {Tested} claim */
function matches(claim) {
  if (kept.verdict && claim.verdict !== kept.verdict) return false;
  if (kept.paragraph && String(claim.paragraph) !== kept.paragraph) return false;
  if (kept.kind && claim.type !== kept.kind) return false;
  if (kept.decided && !claim.decided_by?.includes(kept.decided)) return false;
  const text = `${claim.id} ${claim.sentence} ${claim.finding ?? ""} ${claim.reason ?? ""}`.toLowerCase();
  return kept.words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** @param {string} verdict */
const sign = (verdict) => h("span", { "aria-hidden": "true" }, /** @type {any} */ (SIGNS)[verdict] ?? "…");

/** The verdict with its sign; one that models alone decide belongs to them. @param {Tested} tested */
function verdictMark(tested) {
  const byModels =
    tested.decided_by?.length === 1 &&
    tested.decided_by[0] === "model" &&
    ["supported", "refuted"].includes(tested.verdict);
  return h(
    "span",
    { class: "verdict" },
    sign(tested.verdict),
    " ",
    t(`claims.verdict.${tested.verdict}`),
    byModels ? ` ${t("claims.in_model")}` : "",
  );
}

/** @param {State} state @param {Tested} claim @param {() => boolean} asked @param {boolean} open */
function claimRow(state, claim, asked, open) {
  const where = /^\d/.test(claim.paragraph)
    ? t("claims.paragraph.of", { at: claim.paragraph })
    : t(`claims.paragraph.${claim.paragraph}`);
  const about = h(
    "span",
    { class: "small muted about" },
    `${claim.id} · ${where} · ${named(`claims.type.${claim.type}`, claim.type)}`,
  );
  const head = [english_text(claim.sentence), verdictMark(claim), about];
  if (claim.verdict === WAITS) return h("li", { class: "waits" }, h("div", { class: "line" }, head));
  const body = h("div", { class: "claimbody" });
  const details = h("details", { open }, h("summary", {}, head), body);
  const fill = () => details.open && !body.firstChild && add(body, claimBody(state, claim, asked()));
  details.addEventListener("toggle", fill);
  fill();
  return h("li", { id: `claim-${claim.id}` }, details);
}

/** @param {State} state @param {Tested} claim @param {boolean} asked whether it can be asked what would have to be true */
function claimBody(state, claim, asked) {
  const [fors, againsts] = [speaking(claim, "supported", "yes"), speaking(claim, "refuted", "no")];
  const until =
    claim.data_as_of?.length > 7 ? dayWords(claim.data_as_of) : monthWords(claim.data_as_of ?? "2026-01", "long");
  const none = h("p", { class: "muted" }, t("claims.none_found", { date: until }));
  const tested = claim.by_model && Object.keys(claim.by_model);
  return [
    h(
      "dl",
      { class: "facts" },
      fact("why", h("p", {}, english_text(claim.reason)), long(claim.finding)),
      claim.judgment ? fact("judgement", english_text(claim.judgment, "p")) : null,
      claim.statistic ? fact("number", statistic(claim.statistic)) : null,
    ),
    tested.length ? models(claim) : null,
    h("div", { class: "sides" }, side("for", fors, none), side("against", againsts, none.cloneNode(true))),
    h(
      "dl",
      { class: "facts" },
      claim.flips_if.length
        ? fact("flips", bullets(claim.flips_if.map((/** @type {string} */ each) => english_text(each))))
        : null,
      others(claim),
      claim.remarks.length || claim.notes.length
        ? fact("remarks", bullets([...claim.remarks, ...claim.notes].map((each) => english_text(each))))
        : null,
      fact("sources", sources(claim)),
      fact(
        "enters",
        h(
          "p",
          {},
          tested.length
            ? t("claims.enters.model", {
                models: tested.map((/** @type {string} */ each) => named(`model.${each}`, each)).join(", "),
              })
            : t("claims.enters.record"),
        ),
        claim.prior_driven ? h("p", {}, t("claims.prior_driven")) : null,
      ),
      fact(
        "coded",
        h(
          "p",
          {},
          t("claims.coded.by", { date: until }),
          ". ",
          t("claims.coded.test", { test: named(`claims.test.${claim.test}`, claim.test) }),
        ),
      ),
    ),
    asked
      ? h(
          "p",
          {},
          h(
            "a",
            {
              class: "button",
              href: hrefOf(state, "conditions"),
              onclick: (/** @type {MouseEvent} */ event) => {
                choice.claim = claim.id;
                if (opensElsewhere(event)) return;
                event.preventDefault();
                state.set((question) => void (question.view = "conditions"));
              },
            },
            t("claims.conditions"),
          ),
        )
      : null,
  ];
}

/** @param {string} key @param {...any} inside */
const fact = (key, ...inside) => [h("dt", {}, t(`claims.${key}`)), h("dd", {}, inside.flat(2))];

/** @param {any[]} items */
const bullets = (items) =>
  h(
    "ul",
    { class: "plain-list" },
    items.map((each) => h("li", {}, each)),
  );

/** A long text is one click away. @param {string|null} text */
function long(text) {
  if (!text) return null;
  if (text.length < LONG) return english_text(text, "p");
  return h("details", { class: "more" }, h("summary", {}, t("claims.finding")), english_text(text, "p"));
}

/** @param {any} statistic */
function statistic({ label, value, low, high, unit, bound }) {
  const bare = ["count", "none"].includes(unit) ? "" : unit;
  const words = (/** @type {number|null} */ each) =>
    each === null ? "–" : bare ? quantity(each, bare) : number(each, "none");
  const [least, most] = bound ?? [null, null];
  const asks =
    least !== null && most !== null
      ? t("claims.asks.between", { low: words(least), high: words(most) })
      : least !== null
        ? t("claims.asks.least", { low: words(least) })
        : most !== null
          ? t("claims.asks.most", { high: words(most) })
          : "";
  return [
    h(
      "p",
      {},
      h("b", { class: "num" }, words(value)),
      low === null || low === undefined ? "" : ` (${t("range", { low: words(low), high: words(high) })})`,
      " ",
      english_text(label),
    ),
    asks ? h("p", { class: "muted" }, asks) : null,
  ];
}

/** In how many futures of each model it holds. @param {Tested} tested */
function models(tested) {
  const names = Object.keys(tested.by_model);
  return rangeRows({
    caption: t("claims.by_model"),
    unit: "share",
    domain: [0, 1],
    heads: [t("model"), t("claims.holds_in")],
    rows: names.map((name) => {
      const { share, low, high, says, futures, other_way: other, neither } = tested.by_model[name];
      const stat = share === null ? null : { unit: "share", p05: low ?? share, p50: share, p95: high ?? share };
      return {
        name: named(`model.${name}`, name),
        stat,
        look: says === "open" ? "quo" : "mine",
        note: `${t(`claims.says.${says}`)}, ${t("claims.futures", { n: futures })}`,
        words: !stat
          ? t("claims.no_answer")
          : neither === null || neither === undefined
            ? chance(stat)
            : [
                chance(stat),
                h("small", { class: "block" }, t("claims.ways", { other: of100(other), neither: of100(neither) })),
              ],
      };
    }),
  });
}

/**
 * Parts, readings, models that say so; of a part that is contested, its own parts and readings that do.
 * @param {Tested} claim @param {string} verdict @param {string} says @returns {any[]}
 */
function speaking(claim, verdict, says) {
  const found = [];
  for (const part of claim.parts ?? [])
    if (part.verdict === verdict)
      found.push({ words: part.says, finding: part.finding, evidence: part.evidence ?? [] });
    else
      found.push(
        ...speaking(part, verdict, says).map((each) => ({
          ...each,
          words: [part.says, each.words].filter(Boolean).join(": "),
        })),
      );
  for (const reading of claim.readings ?? [])
    if (reading.verdict === verdict)
      found.push({
        words: reading.name === "as_said" ? null : reading.judgment,
        finding: reading.finding,
        evidence: reading.name === "as_said" && !claim.parts?.length ? claim.evidence : [],
      });
  const models = Object.keys(claim.by_model ?? {}).filter((name) => claim.by_model[name].says === says);
  if (models.length) found.push({ models });
  if (!found.length && claim.verdict === verdict)
    found.push({ words: null, finding: claim.finding, evidence: claim.evidence ?? [] });
  return found;
}

/** @param {"for"|"against"} key @param {any[]} found @param {any} none */
function side(key, found, none) {
  const name = fresh("side");
  return h(
    "div",
    { class: "side", role: "group", "aria-labelledby": name },
    h("h3", { id: name }, t(`claims.${key}`)),
    found.length
      ? h(
          "ul",
          { class: "plain-list" },
          found.map((each) => h("li", {}, voice(each))),
        )
      : none,
  );
}

/** One voice for or against. @param {any} each */
function voice(each) {
  if (each.models)
    return [
      each.words ? [english_text(each.words), ": "] : "",
      t("claims.voice.models", {
        models: listWords(each.models.map((/** @type {string} */ name) => named(`model.${name}`, name))),
      }),
    ];
  const short = each.finding && each.finding.length <= LONG;
  return [
    each.words ? english_text(each.words) : t("claims.as_said"),
    short ? ": " : " ",
    short
      ? english_text(each.finding)
      : h("details", { class: "more" }, h("summary", {}, t("claims.finding")), english_text(each.finding ?? "", "p")),
    each.evidence.length
      ? h(
          "details",
          { class: "more" },
          h("summary", {}, t("claims.evidence", { n: each.evidence.length })),
          bullets(each.evidence.map((/** @type {string} */ one) => sourced(one))),
        )
      : null,
  ];
}

/** Other readings of the test and parts, each with its verdict. @param {Tested} claim */
function others(claim) {
  const readings = (claim.readings ?? [])
    .filter((/** @type {any} */ each) => each.name !== "as_said")
    .map((/** @type {any} */ each) => [each.judgment, each]);
  const parts = (claim.parts ?? []).map((/** @type {any} */ each) => [each.says, each]);
  if (!readings.length && !parts.length) return null;
  return fact(
    parts.length ? "parts" : "readings",
    h(
      "ul",
      { class: "plain-list verdicts" },
      [...parts, ...readings].map(([words, each]) => h("li", {}, verdictMark(each), " ", english_text(words))),
    ),
  );
}

/** @param {Tested} claim */
function sources(claim) {
  const all = [
    ...claim.sources.map((/** @type {any} */ each) => [each.source, each.quality]),
    ...claim.evidence.map((/** @type {string} */ each) => [each, ""]),
  ];
  const list = bullets(
    all.map(([source, quality]) => [
      sourced(source),
      quality ? h("span", { class: "muted" }, ` (${named(`quality.short.${quality}`, quality)})`) : null,
    ]),
  );
  const shares = Object.entries(claim.quality ?? {}).filter(([, share]) => share > 0);
  const quality = shares.length
    ? h(
        "p",
        { class: "small muted" },
        t("claims.quality"),
        " ",
        shares.map(([name, share]) => `${named(`quality.short.${name}`, name)} ${percent(share)}`).join(", "),
      )
    : null;
  return all.length > 3
    ? [h("details", { class: "more" }, h("summary", {}, t("claims.evidence", { n: all.length })), list), quality]
    : [list, quality];
}

/** What each verdict means. */
function meanings() {
  return h(
    "details",
    { class: "more" },
    h("summary", {}, t("claims.meanings")),
    h(
      "dl",
      { class: "facts" },
      Object.keys(SIGNS).flatMap((verdict) => [
        h("dt", {}, sign(verdict), " ", t(`claims.verdict.${verdict}`)),
        h("dd", {}, t(`claims.means.${verdict}`)),
      ]),
    ),
  );
}
