// What the numbers rest on: every series and instrument with its sources, and how the model did on the past.

import { ask } from "../ask.js";
import { add, calmed, fresh, g, h, put } from "../dom.js";
import { monthsBetween } from "../link.js";
import { dataTable, scrolled } from "../parts/chart_card.js";
import { outside, sourced } from "../parts/sourced.js";
import { monthSpan } from "../parts/spans.js";
import { empty, failed, waiting } from "../parts/states.js";
import {
  compareWords,
  dayWords,
  english_text,
  has,
  listWords,
  monthWords,
  named,
  number,
  percent,
  plain,
  t,
  unitWords,
} from "../words.js";

/** @typedef {import("../state.js").State} State */

const OLD_AFTER = 6;
const FIRST_ROWS = 12;
const HORIZONS = ["h3", "h6", "h12"];

/** What the reader looks for; kept while the page is open. */
const kept = { words: "", kind: "", mark: "", quality: "", given: "", beats: "" };

/** @param {State} state @param {HTMLElement} main */
export function draw(state, main) {
  const abort = new AbortController();
  const place = h("div", { class: "stack wide-gap" });
  add(main, h("div", { class: "lead" }, h("h1", {}, t("sources.title")), h("p", {}, t("sources.lead"))), place);
  begin();

  async function begin() {
    const wait = waiting(t("loading"));
    put(place, wait.node);
    try {
      const { document } = await ask(`/api/v1/sources?v=1&case=${encodeURIComponent(state.question.case)}`, {
        signal: abort.signal,
      });
      wait.stop();
      put(place, data(document), scores(document.scores), rests(document.foundations), limits(document));
    } catch (failure) {
      wait.stop();
      if (!abort.signal.aborted) put(place, failed(failure, begin));
    }
  }
  return { leave: () => abort.abort() };
}

/** @param {string} name */
export function seriesTitle(name) {
  const key = [`sources.series.${name}`, `indicator.${name}`, `metric.${name}`].find(has);
  return key ? t(key) : english_text(name.replaceAll("_", " "));
}

/** @param {any} instrument */
function instrumentTitle({ name, title }) {
  const key = [`lever.${name}`, `sources.instrument.${name}`].find(has);
  return key ? h("span", {}, t(key)) : english_text(title);
}

/** @param {string} quality */
const qualityWords = (quality) => named(`quality.short.${quality}`, quality);

/** Every series and instrument, with a search. @param {any} document */
function data({ series, instruments, foundations, run }) {
  const until = run.data_as_of.slice(0, 7);
  const rows = [
    ...series.map((/** @type {any} */ each) => seriesRow(each, foundations.series[each.name], until)),
    ...instruments.map((/** @type {any} */ each) => instrumentRow(each, foundations.instruments[each.name])),
  ];
  rows.sort((one, other) => compareWords(one.title.textContent ?? "", other.title.textContent ?? ""));
  const body = h("tbody", {}, rows.flatMap(drawn));
  const shown = h("span", { role: "status" });
  const nothing = h("div", {});
  const more = h(
    "button",
    {
      type: "button",
      onclick: () => {
        whole = true;
        sift();
      },
    },
    t("sources.show_all"),
  );
  let whole = false;
  function sift() {
    let n = 0;
    const sought = kept.words || kept.kind || kept.mark || kept.quality;
    for (const row of rows) {
      const fits =
        (!kept.kind || row.kind === kept.kind) &&
        (!kept.mark || row.marks.includes(kept.mark)) &&
        (!kept.quality || row.qualities.includes(kept.quality)) &&
        kept.words
          .toLowerCase()
          .split(/\s+/)
          .every((word) => row.text().includes(word));
      n += fits ? 1 : 0;
      row.line.hidden = !fits || (!whole && !sought && n > FIRST_ROWS);
      if (row.line.hidden) row.close();
    }
    more.hidden = Boolean(whole || sought || rows.length <= FIRST_ROWS);
    put(shown, t("sources.count", { n, of: rows.length }));
    put(
      nothing,
      n ? null : empty(t("sources.nothing"), h("button", { type: "button", onclick: clear }, t("sources.clear"))),
    );
  }
  const search = h("input", {
    type: "search",
    value: kept.words,
    oninput: calmed(() => {
      kept.words = search.value;
      sift();
    }, 150),
  });
  const selects = [
    select("kind", ["series", "instrument"], (value) => t(`sources.kind.${value}`), sift),
    select("mark", ["old", "weak"], (value) => t(`sources.mark.${value}`), sift),
    select("quality", ["reported", "derived", "recalled", "claimed", "judgement"], qualityWords, sift),
  ];
  function clear() {
    Object.assign(kept, { words: "", kind: "", mark: "", quality: "" });
    search.value = "";
    for (const each of selects) each.querySelector("select").value = "";
    sift();
  }
  sift();
  const caption = t("sources.data");
  return h(
    "section",
    { class: "stack" },
    h("h2", {}, caption, " ", h("small", {}, shown)),
    h("div", { class: "filters" }, h("label", { class: "grow" }, t("sources.search"), search), selects),
    h("p", { class: "small muted" }, t("sources.marks", { n: OLD_AFTER })),
    scrolled(
      caption,
      h(
        "table",
        { class: "sources" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["name", "span", "checked", "quality", "used"].map((key) => h("th", { scope: "col" }, t(`sources.${key}`))),
          ),
        ),
        body,
      ),
    ),
    h("p", {}, more),
    nothing,
  );
}

/** @param {string} key @param {string[]} values @param {(value: string) => string} words @param {() => void} changed */
function select(key, values, words, changed) {
  const node = h(
    "select",
    {
      onchange: () => {
        /** @type {any} */ (kept)[key] = node.value;
        changed();
      },
    },
    h("option", { value: "" }, t("sources.all")),
    values.map((value) => h("option", { value, selected: /** @type {any} */ (kept)[key] === value }, words(value))),
  );
  return h("label", {}, t(`sources.filter.${key}`), node);
}

/** @typedef {{title: HTMLElement, name: string, kind: string, span: any, checked: string, quality: Record<string, number>, used: string[], marks: string[],
 *   qualities: string[], text: () => string, detail: () => any, line: HTMLElement, close: () => void}} Row */

/** @param {any} each @param {any} about @param {string} until @returns {Row} */
function seriesRow(each, about, until) {
  const quality = about?.quality ?? {};
  const marks = marksOf(quality);
  if (monthsBetween(each.last_month, until) > OLD_AFTER) marks.push("old");
  return row({
    title: h("span", {}, seriesTitle(each.name)),
    name: each.name,
    kind: "series",
    unit: each.unit,
    span: monthSpan(each.first_month, each.last_month),
    checked: monthWords(each.last_vintage),
    quality,
    marks,
    used: each.used_for,
    qualities: [...new Set(each.sources.flatMap((/** @type {any} */ one) => one.qualities))].map(String),
    text: () => `${each.name} ${each.sources.map((/** @type {any} */ one) => one.source).join(" ")}`,
    detail: () => [
      h(
        "dl",
        { class: "facts" },
        fact("rows", t("sources.rows.of", { n: each.rows, gaps: about?.gaps ?? 0 })),
        fact("licence", each.licence ? english_text(each.licence) : t("sources.licence.none")),
        fact("used", each.used_for.length ? h("code", {}, each.used_for.join(", ")) : t("sources.used.none")),
        fact("hash", h("code", {}, each.hash)),
      ),
      h("h3", {}, t("sources.of", { n: each.sources.length })),
      h(
        "ul",
        { class: "plain-list" },
        each.sources.map((/** @type {any} */ one) =>
          h(
            "li",
            {},
            sourced(one.source),
            one.url && !one.source.includes(one.url) ? [" ", outside(one.url)] : null,
            " ",
            h(
              "span",
              { class: "muted small" },
              [
                one.qualities.map(qualityWords).join(", "),
                monthSpan(one.first_month, one.last_month),
                t("sources.rows.n", { n: one.rows }),
              ].join(" · "),
            ),
          ),
        ),
      ),
    ],
  });
}

/** @param {any} each @param {any} about @returns {Row} */
function instrumentRow(each, about) {
  const quality = about?.quality ?? {};
  return row({
    title: instrumentTitle(each),
    name: each.name,
    kind: "instrument",
    unit: "",
    span: each.first ? monthSpan(each.first.slice(0, 7), each.last.slice(0, 7)) : "–",
    checked: each.last ? dayWords(each.last) : "–",
    quality,
    marks: marksOf(quality),
    used: each.levers,
    qualities: [...new Set(each.values.map((/** @type {any} */ one) => one.quality))].map(String),
    text: () =>
      `${each.name} ${each.title} ${each.authority.join(" ")} ${each.values.map((/** @type {any} */ one) => `${one.act} ${one.source}`).join(" ")}`,
    detail: () => [
      h(
        "dl",
        { class: "facts" },
        fact("authority", english_text(each.authority.join(", "))),
        fact("covers", english_text(each.covers.join("; "))),
        each.not_covered.length
          ? fact(
              "not_covered",
              h(
                "ul",
                { class: "plain-list" },
                each.not_covered.map((/** @type {string} */ one) => h("li", {}, english_text(one))),
              ),
            )
          : null,
        fact("licence", t("sources.licence.none")),
      ),
      h("h3", {}, t("sources.steps", { n: each.values.length })),
      h(
        "ul",
        { class: "plain-list" },
        each.values.map((/** @type {any} */ one) =>
          h(
            "li",
            {},
            h("span", { class: "num" }, dayWords(one.date)),
            ": ",
            english_text(one.act || one.source),
            one.act ? [" (", sourced(one.source), ")"] : null,
            one.url ? [" ", outside(one.url)] : null,
            " ",
            h("span", { class: "muted small" }, qualityWords(one.quality)),
          ),
        ),
      ),
    ],
  });
}

/** @param {string} key @param {any} inside */
const fact = (key, inside) => [h("dt", {}, t(`sources.${key}`)), h("dd", {}, inside)];

/** Weak: more than half of it recalled, claimed or judged. @param {Record<string, number>} quality */
const marksOf = (quality) =>
  ["recalled", "claimed", "judgement"].some((name) => (quality[name] ?? 0) > 0.5) ? ["weak"] : [];

/** @param {any} about @returns {Row} */
function row(about) {
  const detail = h("tr", { id: fresh("source"), class: "detail", hidden: true });
  const button = h(
    "button",
    {
      type: "button",
      class: "plain opens",
      "aria-expanded": "false",
      "aria-controls": detail.id,
      onclick: () => turn(detail.hidden),
    },
    about.title,
  );
  function turn(/** @type {boolean} */ open) {
    if (open && !detail.firstChild) add(detail, h("td", { colspan: 5 }, h("div", { class: "inside" }, about.detail())));
    detail.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  }
  const text = () => `${about.title.textContent} ${about.text()}`.toLowerCase();
  const line = h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      button,
      h(
        "small",
        {},
        [t(`sources.kind.${about.kind}`), about.unit ? unitWords(about.unit) : ""].filter(Boolean).join(" · "),
      ),
    ),
    h("td", { class: "num" }, about.span),
    h("td", { class: "num" }, about.checked),
    h(
      "td",
      {},
      shares(about.quality),
      about.marks.length
        ? h(
            "span",
            { class: "marks" },
            about.marks.map((/** @type {string} */ mark) => h("span", { class: "chip" }, t(`sources.mark.${mark}`))),
          )
        : null,
    ),
    h(
      "td",
      {},
      about.used.length
        ? t("sources.used.n", { n: about.used.length })
        : h("span", { class: "muted" }, t("sources.used.none")),
    ),
  );
  return { ...about, text, line, detailRow: detail, close: () => turn(false) };
}

/** @param {any} row */
const drawn = (row) => [row.line, row.detailRow];

const LOOKS = { reported: "q1", derived: "q2", recalled: "q3", claimed: "q4", judgement: "q5" };

/** Shares of quality as a bar with words. @param {Record<string, number>} quality */
function shares(quality) {
  const parts = Object.entries(quality).filter(([, share]) => share > 0);
  let at = 0;
  const bar = g(
    "svg",
    { class: "shares", height: 8, "aria-hidden": "true" },
    parts.map(([name, share]) => {
      const piece = g("rect", {
        class: /** @type {any} */ (LOOKS)[name],
        x: `${(at * 100).toFixed(2)}%`,
        width: `${(share * 100).toFixed(2)}%`,
        y: 0,
        height: 8,
      });
      at += share;
      return piece;
    }),
  );
  return [
    bar,
    h(
      "span",
      { class: "small" },
      parts.length === 1
        ? qualityWords(parts[0][0])
        : parts.map(([name, share]) => `${qualityWords(name)} ${percent(share)}`).join(", "),
    ),
  ];
}

/** How the model did on the past: skill against naive forecasts, coverage, cases. @param {any} found */
function scores(found) {
  const names = Object.keys(found.series).sort((one, other) =>
    compareWords(textOf(seriesTitle(one)), textOf(seriesTitle(other))),
  );
  const place = h("div", {});
  function refresh() {
    const chosen = names
      .map((name) => [name, found.series[name].score])
      .filter(([, score]) => score)
      .map(([name, score]) => [
        name,
        kept.given && score.given ? score.given : score,
        Boolean(kept.given) && !score.given,
      ])
      .filter(([, score]) => !kept.beats || HORIZONS.some((key) => verdict(score[key]) === kept.beats));
    put(place, chosen.length ? scoreTable(chosen) : empty(t("sources.nothing")));
  }
  const filters = h(
    "div",
    { class: "filters" },
    select("given", ["given"], (value) => t(`sources.given.${value}`), refresh),
    select("beats", ["beats", "fails", "untold"], (value) => t(`sources.beats.${value}`), refresh),
  );
  filters.querySelector("option").textContent = t("sources.given.none");
  if (!names.length) return h("section", { class: "stack" }, h("h2", {}, t("sources.scores")), empty(t("score.none")));
  refresh();
  return h(
    "section",
    { class: "stack" },
    h("h2", {}, t("sources.scores")),
    h(
      "div",
      { class: "prose" },
      h("p", {}, t("sources.scores.about")),
      found.stale || found.remark
        ? h("p", {}, t("sources.scores.stale"), " ", found.remark ? english_text(found.remark) : "")
        : null,
    ),
    filters,
    place,
    endings(found.endings),
    h("p", { class: "small muted" }, t("sources.scores.made", { model: found.made_with ?? "–" })),
  );
}

/** @param {Node|string} node */
const textOf = (node) => (typeof node === "string" ? node : (node.textContent ?? ""));

/** @param {any} score one horizon @returns {"beats"|"fails"|"untold"} */
const verdict = (score) => (!score || score.skill === null ? "untold" : score.skill > 0 ? "beats" : "fails");
const VERDICT_SIGNS = { beats: "▲", fails: "▽", untold: "–" };

/** @param {any[]} rows */
function scoreTable(rows) {
  const caption = t("sources.scores.caption");
  return scrolled(
    caption,
    h(
      "table",
      { class: "scores" },
      h("caption", {}, caption),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col", rowspan: 2 }, t("sources.series")),
          HORIZONS.map((key) =>
            h("th", { scope: "colgroup", colspan: 3, class: "first" }, t("sources.ahead", { n: Number(key.slice(1)) })),
          ),
        ),
        h(
          "tr",
          {},
          HORIZONS.map(() => [
            h("th", { scope: "col", class: "first" }, t("score.skill")),
            h("th", { scope: "col", class: "n" }, t("sources.in_band")),
            h("th", { scope: "col", class: "n" }, t("score.n")),
          ]).flat(),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map(([name, score, same]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, seriesTitle(name), same ? h("small", {}, t("sources.given.same")) : null),
            HORIZONS.map((key) => cells(score[key])).flat(),
          ),
        ),
      ),
    ),
  );
}

/** @param {any} score */
function cells(score) {
  if (!score) return [h("td", { class: "first" }, "–"), h("td", { class: "n" }, "–"), h("td", { class: "n" }, "–")];
  const is = verdict(score);
  return [
    h(
      "td",
      { class: `first skill ${is}` },
      skillBar(score.skill),
      h("span", { "aria-hidden": "true" }, VERDICT_SIGNS[is], " "),
      h("span", { class: "sr" }, t(`sources.beats.${is}`), " "),
      score.skill === null ? t("sources.too_few") : number(score.skill, "share", { signed: true }),
    ),
    h("td", { class: "n" }, score.coverage80 === null ? "–" : percent(score.coverage80)),
    h("td", { class: "n" }, plain(score.n), h("small", {}, ` (${plain(score.independent)})`)),
  ];
}

/** @param {number|null} skill */
function skillBar(skill) {
  const at = (/** @type {number} */ value) => 50 + 48 * Math.max(-1, Math.min(1, value));
  const [low, high] = [Math.min(skill ?? 0, 0), Math.max(skill ?? 0, 0)];
  return g(
    "svg",
    {
      class: "skillbar",
      width: 56,
      height: 12,
      viewBox: "0 0 100 12",
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    skill === null ? null : g("rect", { x: at(low), width: Math.max(at(high) - at(low), 1), y: 2, height: 8 }),
    g("line", { x1: 50, x2: 50, y1: 0, y2: 12 }),
  );
}

/** Chances of an ending told of the past, model by model. @param {any} found */
function endings(found) {
  if (!found?.score) return found?.score_reason ? h("p", {}, english_text(found.score_reason)) : null;
  const models = Object.entries(found.score.models);
  return h(
    "div",
    { class: "stack tight endings" },
    h("h3", {}, t("sources.endings")),
    h("p", { class: "prose" }, t("sources.endings.about")),
    dataTable({
      caption: t("sources.endings.caption"),
      heads: [t("model"), ...HORIZONS.map((key) => t("sources.ahead", { n: Number(key.slice(1)) }))],
      rows: models.map(([name, score]) => [
        named(`model.${name}`, name),
        ...HORIZONS.map((key) =>
          score[key]
            ? t("sources.endings.cell", {
                chance: percent(score[key].mean_chance),
                happened: percent(score[key].happened),
                brier: number(score[key].brier, "none"),
                n: score[key].n,
              })
            : "–",
        ),
      ]),
      numeric: false,
    }),
  );
}

/** Quality of what is not a series. @param {any} foundations */
function rests({ parameters, bargaining, talks }) {
  /** @type {any[]} */
  const rows = [];
  const told = (
    /** @type {string} */ name,
    /** @type {any} */ quality,
    /** @type {any} */ known,
    /** @type {number|undefined} */ count,
  ) =>
    rows.push([
      h("span", {}, t(`sources.rests.${name}`), count ? h("small", {}, ` (${plain(count)})`) : ""),
      quality ? h("div", {}, shares(quality)) : "–",
      known ? listWords(Object.entries(known).map(([key, n]) => `${named(`known.${key}`, key)}: ${plain(n)}`)) : "–",
    ]);
  if (parameters) told("parameters", parameters.quality, parameters.identification, parameters.count);
  if (bargaining) told("bargaining", null, bargaining.identification, bargaining.count);
  for (const [name, quality] of Object.entries(talks ?? {})) told(name, quality, null, undefined);
  return h(
    "section",
    { class: "stack" },
    h("h2", {}, t("sources.rests")),
    h("p", { class: "prose" }, t("sources.rests.about")),
    dataTable({
      caption: t("sources.rests.caption"),
      heads: [t("sources.rests.what"), t("sources.quality"), t("sources.rests.known")],
      rows,
      numeric: false,
    }),
  );
}

/** @param {any} document */
function limits({ not_modelled: missing, notes }) {
  const list = (/** @type {string[]} */ items) =>
    h(
      "div",
      { class: "prose" },
      h(
        "ul",
        {},
        items.map((each) => h("li", {}, english_text(each))),
      ),
    );
  return h(
    "section",
    { class: "stack tight" },
    h("h2", {}, t("sources.limits")),
    h("details", { class: "more" }, h("summary", {}, t("sources.notes", { n: notes.length })), list(notes)),
    h("details", { class: "more" }, h("summary", {}, t("sources.missing", { n: missing.length })), list(missing)),
  );
}
