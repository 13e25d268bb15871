// Assumptions: parameters of the model, apart from policies. One that is set runs the status quo again as well.

import { ask } from "../ask.js";
import { calmed, fresh, h, put } from "../dom.js";
import { named, need, number, percent, plain, quantity, range, t, unitWords } from "../words.js";
import { failed, waiting } from "./states.js";

const MOST_SHOWN = 15;

/** @param {import("../state.js").State} state */
export function drawAssumptions(state) {
  /** @type {any[]|null} */
  let known = null;
  const list = h("div", { class: "assumed" });
  const search = h("input", { type: "search", id: fresh("search"), oninput: calmed(draw, 150) });
  const node = h(
    "div",
    {},
    h("p", { class: "small" }, t("assumptions.about")),
    h("label", { for: search.id }, t("assumptions.search")),
    search,
    list,
  );

  async function open() {
    if (known) return;
    const wait = waiting(t("loading"));
    put(list, wait.node);
    try {
      const [{ document }] = await Promise.all([
        ask(`/api/v1/assumptions?case=${encodeURIComponent(state.question.case)}`),
        need(["assumption"]),
      ]);
      known = document.assumptions;
      draw();
    } catch (failure) {
      put(list, failed(failure, open));
    } finally {
      wait.stop();
    }
  }

  function draw() {
    if (!known) return;
    const { assumptions } = state.question;
    const wanted = search.value.trim().toLocaleLowerCase();
    const title = (/** @type {any} */ each) => named(`assumption.${each.name}`, each.title);
    const found = known.filter(
      (each) =>
        each.name in assumptions ||
        (wanted ? `${title(each)} ${each.title} ${each.name}`.toLocaleLowerCase().includes(wanted) : true),
    );
    found.sort(
      (one, other) =>
        Number(other.name in assumptions) - Number(one.name in assumptions) ||
        (other.influence ?? 0) - (one.influence ?? 0),
    );
    put(
      list,
      h(
        "p",
        { class: "small muted", role: "status" },
        t("assumptions.found", { n: found.length, shown: plain(Math.min(found.length, MOST_SHOWN)) }),
      ),
      found.slice(0, MOST_SHOWN).map((each) => assumptionRow(state, each, title(each), draw)),
    );
  }
  const off = state.on("question", () => !list.contains(document.activeElement) && draw());
  return { node, open, leave: off };
}

/** @param {import("../state.js").State} state @param {any} about @param {string} title @param {() => void} again */
function assumptionRow(state, about, title, again) {
  const id = fresh("assumption");
  const help = fresh("help");
  const isSet = about.name in state.question.assumptions;
  const value = state.question.assumptions[about.name] ?? about.p50;
  const step = (about.max - about.min) / 200;
  const slider = h("input", {
    type: "range",
    id,
    min: about.min,
    max: about.max,
    step: "any",
    value,
    "aria-describedby": help,
    "aria-valuetext": quantity(value, about.unit),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 20, PageDown: -20 }[event.key];
      if (!way) return;
      event.preventDefault();
      slider.value = String(Number(slider.value) + way * step);
      set(Number(slider.value), true);
      state.release();
    },
    oninput: () => set(Number(slider.value), true),
    onchange: () => state.release(),
  });
  const box = h("input", {
    type: "number",
    step: "any",
    min: about.min,
    max: about.max,
    value: Number(value.toPrecision(4)),
    "aria-label": t("levers.exact", { name: title }),
    onchange: () => box.checkValidity() && box.value !== "" && set(Number(box.value), false),
  });
  const back = h(
    "button",
    {
      type: "button",
      class: "plain small",
      hidden: !isSet,
      onclick: () => {
        state.set((question) => void delete question.assumptions[about.name]);
        again();
      },
    },
    t("assumptions.back"),
  );
  const node = h(
    "div",
    { class: isSet ? "lever moved" : "lever" },
    h("label", { for: id }, title),
    h("span", { class: "box" }, box, unitWords(about.unit)),
    slider,
    h(
      "p",
      { class: "help", id: help },
      t("assumptions.draws", { range: range(about.p05, about.p95, about.unit), middle: number(about.p50, about.unit) }),
      " ",
      about.prior_driven === null ? "" : t("assumptions.prior", { share: percent(about.prior_driven) }),
      " ",
      h(
        "details",
        { class: "source" },
        h("summary", {}, t("levers.what")),
        h("span", { lang: "en" }, about.source),
        ` (${t(`quality.${about.quality}`)})`,
      ),
    ),
    back,
  );
  function set(/** @type {number} */ next, /** @type {boolean} */ drag) {
    const kept = Number(Math.min(Math.max(next, about.min), about.max).toPrecision(6));
    node.classList.add("moved");
    back.hidden = false;
    box.value = String(kept);
    slider.setAttribute("aria-valuetext", quantity(kept, about.unit));
    state.set((question) => void (question.assumptions[about.name] = kept), { drag });
  }
  return node;
}
