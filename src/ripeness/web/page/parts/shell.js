// Head and foot of the page: banner, views, share, downloads, language, theme; notices under them.

import { h, opensElsewhere, put } from "../dom.js";
import { languages } from "../languages.js";
import { hrefOf, linkText } from "../link.js";
import { has, lang, monthWords, plain, said, t } from "../words.js";
import { failureWords } from "./failures.js";
import { resultSentence } from "./sentence.js";

/** @param {import("../state.js").State} state */
export function drawShell(state) {
  const { schema } = state;
  const href = (/** @type {string} */ view) => hrefOf(state, view);
  const go = (/** @type {MouseEvent} */ event, /** @type {string} */ view) => {
    if (opensElsewhere(event)) return;
    event.preventDefault();
    state.set((question) => void (question.view = view));
  };
  const links = schema.views.map((/** @type {string} */ view) =>
    h(
      "a",
      { href: href(view), "data-view": view, onclick: (/** @type {MouseEvent} */ event) => go(event, view) },
      t(`view.${view}`),
    ),
  );
  const notices = h("div", { class: "notices" });
  const spoken = h("p", { class: "sr", "aria-live": "polite" });
  const address = h("textarea", { rows: 3, readonly: true, "aria-label": t("share.link") });
  const copied = h("span", { role: "status" });
  const files = h("ul");
  const menus = [
    menu(t("share"), [
      h("p", { class: "small" }, t("share.about")),
      address,
      h("p", { class: "row-of" }, h("button", { type: "button", onclick: copy }, t("share.copy")), copied),
    ]),
    menu(t("download"), [files]),
  ];
  async function copy() {
    address.select();
    try {
      await navigator.clipboard.writeText(address.value);
      put(copied, t("share.copied"));
    } catch {
      put(copied, t("share.by_hand"));
    }
  }
  const language = h(
    "select",
    { "aria-label": t("language"), onchange: () => state.set((question) => void (question.lang = language.value)) },
    languages(schema).map((each) =>
      h("option", { value: each.code, lang: each.code, selected: each.code === lang() }, each.name),
    ),
  );
  const theme = h(
    "select",
    { "aria-label": t("theme"), onchange: () => state.set((question) => void (question.theme = theme.value || null)) },
    [
      ["", "auto"],
      ["light", "light"],
      ["dark", "dark"],
    ].map(([value, key]) =>
      h("option", { value, selected: (state.question.theme ?? "") === value }, t(`theme.${key}`)),
    ),
  );
  const head = h(
    "div",
    { class: "headroom" },
    h("a", { class: "skip", href: "#main" }, t("skip")),
    h(
      "aside",
      { class: "banner", "aria-label": t("embed.note") },
      t("banner"),
      " ",
      h(
        "a",
        { href: href("method"), onclick: (/** @type {MouseEvent} */ event) => go(event, "method") },
        t("banner.link"),
      ),
    ),
    h(
      "header",
      { class: "top" },
      h(
        "p",
        { class: "brand" },
        h(
          "a",
          { href: href("overview"), onclick: (/** @type {MouseEvent} */ event) => go(event, "overview") },
          t("brand"),
        ),
      ),
      h(
        "nav",
        { class: "views", "aria-label": t("views") },
        h(
          "ul",
          {},
          links.map((/** @type {Node} */ each) => h("li", {}, each)),
        ),
      ),
      h("div", { class: "tools" }, menus, language, theme),
    ),
    notices,
    spoken,
  );
  head.style.display = "contents";
  const foot = h("footer", { class: "foot" });

  let brought = "";
  /** On a narrow screen the views lie in a row that scrolls: the current one is brought into sight. */
  function bring() {
    const link = links.find((/** @type {HTMLElement} */ each) => each.dataset.view === brought);
    const row = link?.closest(".views");
    if (row && row.scrollWidth > row.clientWidth)
      row.scrollLeft += link.getBoundingClientRect().left - row.getBoundingClientRect().left - 24;
  }

  function refresh() {
    for (const link of links) {
      const view = link.dataset.view;
      link.href = href(view);
      if (view === state.question.view) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (state.question.view !== brought) {
      brought = state.question.view;
      requestAnimationFrame(bring);
    }
    address.value = `${location.origin}/?${linkText(state.question, schema, { pin: true })}`;
    put(copied, "");
    const query = state.query;
    put(
      files,
      [
        ["run.csv", "csv"],
        ["run.json", "json"],
        ["run.svg", "svg"],
        ["run.png", "png"],
        ["run.zip", "zip"],
        ["run.py", "py"],
        ["report.html", "report"],
        ["report.pdf", "pdf"],
        ["case.zip", "case"],
      ].map(([file, key]) =>
        h(
          "li",
          {},
          h(
            "a",
            {
              href: `/api/v1/${file}?${query}`,
              ...(file.startsWith("report") ? { target: "_blank" } : { download: "" }),
            },
            t(`download.${key}`),
          ),
        ),
      ),
    );
    put(
      foot,
      said(`case.${schema.case.name}`, schema.case.title),
      h("span", {}, t("foot.data", { month: monthWords(schema.data_as_of, "long") })),
      h("span", {}, t("foot.model", { model: schema.model_version })),
      state.money
        ? h(
            "span",
            {},
            t("foot.run", { n: state.money.members, seed: plain(state.money.run.seed) }),
            " ",
            h("code", {}, state.money.run.hash.slice(0, 12)),
          )
        : null,
      lang() === "en" || !has("language.note") ? null : h("span", {}, t("language.note")),
    );
  }

  function note() {
    const failure = state.failure.money;
    const pinned = state.question.m;
    put(
      notices,
      failure
        ? notice(failureWords(failure), h("button", { type: "button", onclick: () => state.retry() }, t("retry")))
        : null,
      state.changed.length
        ? notice(
            h(
              "span",
              {},
              t("changed"),
              " ",
              state.changed
                .map((each) => `${each.key}: ${each.said} → ${each.now} (${t(`changed.${each.why}`)})`)
                .join("; "),
            ),
            h(
              "button",
              {
                type: "button",
                onclick: () => {
                  state.changed = [];
                  note();
                },
              },
              t("close"),
            ),
          )
        : null,
      pinned && !schema.model.startsWith(pinned) && !pinned.startsWith(schema.model)
        ? notice(t("other_model", { asked: pinned, here: schema.model }), null)
        : null,
    );
  }
  let timer = 0;
  function speak() {
    clearTimeout(timer);
    timer = window.setTimeout(() => put(spoken, state.money ? resultSentence(state) : ""), 400);
  }
  const off = [
    state.on("question", refresh),
    state.on("question", note),
    state.on("money", refresh),
    state.on("money", note),
    state.on("money", speak),
    state.on("notice", note),
  ];
  refresh();
  note();
  return { head, foot, leave: () => off.forEach((each) => each()) };
}

/** @param {string} name @param {Node[]} inside */
function menu(name, inside) {
  const node = h("details", { class: "menu", name: "menu" }, h("summary", {}, name), h("div", {}, inside));
  const outside = (/** @type {Event} */ event) => {
    if (!(event.target instanceof Node && node.contains(event.target))) node.open = false;
  };
  node.addEventListener("toggle", () =>
    document[node.open ? "addEventListener" : "removeEventListener"]("pointerdown", outside),
  );
  node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !node.open) return;
    node.open = false;
    node.querySelector("summary").focus();
  });
  node.addEventListener("focusout", (/** @type {FocusEvent} */ event) => {
    if (event.relatedTarget instanceof Node && !node.contains(event.relatedTarget)) node.open = false;
  });
  return node;
}

/** @param {Node|string} words @param {Node|null} action */
const notice = (words, action) => h("div", { class: "notice", role: "status" }, h("p", {}, words), action);
