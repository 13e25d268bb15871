// Case and method: what the model does and leaves out, how to read it, how to cite and doubt it, and how to bring another case.

import { ask, Failure } from "../ask.js";
import { add, fresh, h, opensElsewhere, put } from "../dom.js";
import { hrefOf, linkText } from "../link.js";
import { dataTable } from "../parts/chart_card.js";
import { failed, waiting } from "../parts/states.js";
import { english_text, lang, listWords, monthWords, named, plain, said, t } from "../words.js";

/** @typedef {import("../state.js").State} State */

/** Blocks in the order in which a month runs; those of a war or of money only where the case has them. */
const FLOW = [
  { group: "given", blocks: ["record", "policy", "futures"], needs: "" },
  {
    group: "money",
    blocks: ["oil_market", "refining", "shipping", "discount", "receipts", "treasury"],
    needs: "money",
  },
  { group: "war", blocks: ["chest", "aid", "forces", "air_war", "front", "opinion"], needs: "war" },
  { group: "endings", blocks: ["orderings", "bargaining", "rivals"], needs: "war" },
  { group: "answer", blocks: ["compare", "back_test"], needs: "" },
];
const READING = ["chances", "bands", "pairs", "models", "prior", "people", "words"];
const LIMITS = ["structure", "one_war", "chest", "adapt", "coded", "skill", "no_choice"];
const DISPUTE = ["find", "change", "run", "hand_in", "send"];
const PARTS = ["flow", "not", "limits", "reading", "case", "dispute", "cite", "others", "hand_in", "keep"];

/** @param {State} state @param {HTMLElement} main */
export function draw(state, main) {
  const abort = new AbortController();
  const { schema } = state;
  const about = schema.case;
  /** @type {Record<string, HTMLElement>} */
  const sections = {};
  const section = (/** @type {string} */ name, /** @type {any[]} */ ...inside) => {
    sections[name] = h(
      "section",
      { class: "stack methodpart", tabindex: -1 },
      h("h2", {}, t(`method.${name}`)),
      inside.flat(2),
    );
    return sections[name];
  };
  const cite = h("div", { class: "stack" });
  const python = h("div", { class: "stack" });
  section("flow", h("p", { class: "prose" }, t("method.flow.about")), flow(about));
  section(
    "not",
    h("p", { class: "prose" }, t("method.not.about")),
    bullets(about.not_modelled.map((/** @type {string} */ each) => english_text(sentenceOf(each)))),
  );
  section("reading", terms(READING, "reading"));
  section(
    "limits",
    bullets(LIMITS.map((name) => t(`method.limits.${name}`))),
    h("p", {}, h("a", { href: hrefOf(state, "sources") }, t("method.limits.scores"))),
  );
  section(
    "case",
    caseFacts(state),
    actors(about),
    about.notes.length
      ? [h("h3", {}, t("method.notes")), bullets(about.notes.map((/** @type {string} */ each) => english_text(each)))]
      : null,
  );
  section("cite", h("p", { class: "prose" }, t("method.cite.about")), cite);
  section(
    "dispute",
    h("p", { class: "prose" }, t("method.dispute.about")),
    h(
      "ol",
      { class: "steps prose" },
      DISPUTE.map((name) => h("li", {}, t(`method.dispute.${name}`))),
    ),
    h(
      "p",
      {},
      h("a", { href: `/api/v1/case.zip?case=${encodeURIComponent(about.name)}`, download: "" }, t("download.case")),
    ),
  );
  section("others", h("p", { class: "prose" }, t("method.others.about")), otherCases(state));
  section("hand_in", handIn(abort));
  section("keep", h("p", { class: "prose" }, t("method.keep.about")), python);
  const contents = h(
    "nav",
    { class: "contents", "aria-label": t("method.contents") },
    h(
      "ul",
      {},
      PARTS.map((name) =>
        h(
          "li",
          {},
          h(
            "a",
            {
              href: hrefOf(state, "method"),
              onclick: (/** @type {MouseEvent} */ event) => jump(event, sections[name]),
            },
            t(`method.${name}`),
          ),
        ),
      ),
    ),
  );
  add(
    main,
    h(
      "section",
      { class: "sentence" },
      h("h1", {}, t("method.title")),
      h("p", {}, said(`case.${about.name}`, about.title, "b")),
      h("p", { class: "muted" }, t("method.lead")),
      contents,
    ),
    sections.flow,
    h(
      "div",
      { class: "methodparts" },
      PARTS.slice(1).map((name) => sections[name]),
    ),
  );

  function drawCite() {
    put(cite, citation(state));
  }
  async function drawPython() {
    const wait = waiting(t("loading"));
    put(python, wait.node);
    try {
      const { document } = await ask(`/api/v1/link?${state.query}`, { signal: abort.signal });
      put(
        python,
        h("h3", {}, t("method.keep.python")),
        h(
          "pre",
          { tabindex: 0, lang: "en", "aria-label": t("method.keep.python") },
          h("code", {}, document.python.trim()),
        ),
        h("h3", {}, t("method.keep.command")),
        h("pre", { tabindex: 0, lang: "en", "aria-label": t("method.keep.command") }, h("code", {}, document.command)),
        h(
          "ul",
          { class: "acts" },
          [
            ["run.py", "py"],
            ["run.zip", "zip"],
            ["run.csv", "csv"],
            ["report.html", "report"],
          ].map(([file, key]) =>
            h(
              "li",
              {},
              h(
                "a",
                {
                  href: `/api/v1/${file}?${state.query}`,
                  ...(key === "report" ? { target: "_blank" } : { download: "" }),
                },
                t(`download.${key}`),
              ),
            ),
          ),
        ),
      );
    } catch (failure) {
      if (!abort.signal.aborted) put(python, failed(failure, drawPython));
    } finally {
      wait.stop();
    }
  }
  drawCite();
  drawPython();
  const off = state.on("money", drawCite);
  return {
    leave() {
      off();
      abort.abort();
    },
  };
}

/** @param {MouseEvent} event @param {HTMLElement} to */
function jump(event, to) {
  if (opensElsewhere(event)) return;
  event.preventDefault();
  to.focus({ preventScroll: true });
  to.scrollIntoView();
}

/** @param {(Node|string)[]} items */
const bullets = (items) =>
  h(
    "div",
    { class: "prose" },
    h(
      "ul",
      {},
      items.map((item) => h("li", {}, item)),
    ),
  );

/** @param {string} text */
const sentenceOf = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {string[]} names @param {string} of */
const terms = (names, of) =>
  h(
    "dl",
    { class: "facts" },
    names.flatMap((name) => [h("dt", {}, t(`method.${of}.${name}`)), h("dd", {}, t(`method.${of}.${name}.help`))]),
  );

/** @param {any} about */
function flow(about) {
  const has = { "": true, money: about.program.startsWith("money"), war: about.has_war };
  return h(
    "div",
    { class: "flow" },
    FLOW.filter(({ needs }) => has[/** @type {keyof typeof has} */ (needs)]).map(({ group, blocks }) =>
      h(
        "section",
        { class: `flowgroup ${group}`, "aria-label": t(`method.group.${group}`) },
        h("h3", {}, t(`method.group.${group}`)),
        h(
          "ol",
          {},
          blocks.map((block) =>
            h("li", {}, h("b", {}, t(`method.block.${block}`)), h("span", {}, t(`method.block.${block}.help`))),
          ),
        ),
      ),
    ),
  );
}

/** @param {State} state */
function caseFacts(state) {
  const { case: about, months, data_as_of } = state.schema;
  const parties = Object.entries(about.parties);
  return h(
    "dl",
    { class: "facts" },
    h("dt", {}, t("method.case.title")),
    h("dd", {}, said(`case.${about.name}`, about.title)),
    parties.flatMap(([side, name]) => [
      h("dt", {}, t(`method.party.${side}`)),
      h("dd", {}, said(`actor.${name}`, /** @type {string} */ (name))),
    ]),
    h("dt", {}, t("method.case.months")),
    h(
      "dd",
      {},
      t("method.case.months.said", {
        first: monthWords(months.first, "long"),
        data: monthWords(data_as_of, "long"),
        last: monthWords(months.last, "long"),
      }),
    ),
    h("dt", {}, t("method.case.parts")),
    h(
      "dd",
      {},
      listWords(
        [
          about.program.startsWith("money") ? t("method.has.money") : "",
          about.has_war ? t("method.has.war") : "",
          about.has_talks ? t("method.has.talks") : "",
          about.claims ? t("method.has.claims", { n: about.claims }) : "",
        ].filter(Boolean),
      ),
    ),
  );
}

/** @param {any} about */
function actors(about) {
  if (!about.actors.length) return null;
  return [
    h("h3", {}, t("method.actors")),
    dataTable({
      caption: t("method.actors.about"),
      heads: [t("method.actor"), t("method.role")],
      rows: about.actors.map((/** @type {any} */ each) => [
        said(`actor.${each.name}`, each.name),
        said(`method.role.${each.role}`, each.role),
      ]),
      numeric: false,
    }),
  ];
}

/** @param {State} state */
function citation(state) {
  const { schema, money } = state;
  const run = money?.run;
  const words = [
    `The ripeness contributors. ripeness ${schema.model_version} [software], Apache-2.0.`,
    `Case ${schema.case.name}, ${schema.case.hash.slice(0, 12)}, data to ${schema.data_as_of}.`,
    run ? `Run ${run.hash.slice(0, 12)}: ${run.members} futures, seed ${run.seed}, ${run.start} to ${run.until}.` : "",
    `Link: ${linkText(state.question, schema, { look: false, pin: true })}`,
  ]
    .filter(Boolean)
    .join(" ");
  return [
    h("pre", { tabindex: 0, lang: "en", "aria-label": t("method.cite") }, words),
    h(
      "dl",
      { class: "facts" },
      h("dt", {}, t("method.cite.version")),
      h("dd", {}, h("code", {}, schema.model_version)),
      h("dt", {}, t("method.cite.case")),
      h("dd", {}, h("code", {}, schema.case.hash)),
      h("dt", {}, t("method.cite.run")),
      h("dd", {}, run ? h("code", {}, run.hash) : t("loading")),
      h("dt", {}, t("method.cite.draws")),
      h("dd", {}, money ? english_text(money.draws.in_words) : t("loading")),
    ),
  ];
}

/** @param {State} state */
function otherCases(state) {
  const { schema, question } = state;
  const look = [question.lang ? `&lang=${question.lang}` : "", question.theme ? `&theme=${question.theme}` : ""].join(
    "",
  );
  const title = (/** @type {string} */ name) => named(`case.${name}`, name);
  return h(
    "ul",
    { class: "cases" },
    schema.cases.map((/** @type {any} */ each) =>
      h(
        "li",
        {},
        each.name === schema.case.name
          ? h(
              "span",
              { "aria-current": "true" },
              h("b", {}, title(each.name)),
              " ",
              h("small", {}, t("method.others.this")),
            )
          : h("a", { href: `/?v=1&case=${encodeURIComponent(each.name)}${look}` }, title(each.name)),
        each.handed_in ? h("small", {}, ` ${t("method.others.handed_in")}`) : null,
      ),
    ),
  );
}

/** @param {AbortController} abort */
function handIn(abort) {
  const name = fresh("file");
  const field = h("input", {
    type: "file",
    id: name,
    accept: ".zip,application/zip",
    "aria-describedby": `${name}-help`,
  });
  const told = h("div", { class: "stack", "aria-live": "polite" });
  const button = h("button", { type: "button", onclick: send }, t("method.hand_in.send"));
  async function send() {
    const file = field.files?.[0];
    if (!file) return put(told, h("p", {}, t("method.hand_in.empty")));
    button.disabled = true;
    const wait = waiting(t("method.hand_in.reading"));
    put(told, wait.node);
    try {
      const { document } = await ask("/api/v1/cases", { method: "POST", body: file, signal: abort.signal });
      put(
        told,
        h(
          "div",
          { class: "notice" },
          h("p", {}, t("method.hand_in.taken"), " ", english_text(document.title, "b")),
          h(
            "a",
            { class: "button", href: `/?${document.link}${lang() === "en" ? "" : `&lang=${lang()}`}` },
            t("method.hand_in.open"),
          ),
        ),
      );
    } catch (failure) {
      if (!abort.signal.aborted) put(told, ...faultsOf(failure));
    } finally {
      wait.stop();
      button.disabled = false;
    }
  }
  return [
    h("p", { class: "prose", id: `${name}-help` }, t("method.hand_in.about")),
    h("p", { class: "row-of" }, h("label", { for: name }, t("method.hand_in.file")), field, button),
    told,
  ];
}

/** @param {unknown} failure @returns {Node[]} */
function faultsOf(failure) {
  const faults = failure instanceof Failure ? failure.document?.faults : null;
  if (!faults?.length) return [failed(failure)];
  const said = (/** @type {any} */ value) =>
    value === null || value === undefined || value === ""
      ? "–"
      : english_text(
          typeof value === "number" ? plain(value) : String(typeof value === "object" ? JSON.stringify(value) : value),
        );
  return [
    h("p", { role: "alert" }, t("method.hand_in.faults", { n: faults.length })),
    h(
      "div",
      { class: "faults" },
      dataTable({
        caption: t("method.hand_in.list"),
        heads: ["file", "key", "value", "problem", "remedy"].map((key) => t(`method.fault.${key}`)),
        rows: faults.map((/** @type {any} */ each) => [
          said(each.line ? `${each.file}:${each.line}` : each.file),
          said(each.key),
          said(each.value),
          said(each.problem),
          said(each.remedy),
        ]),
        numeric: false,
      }),
    ),
  ];
}
