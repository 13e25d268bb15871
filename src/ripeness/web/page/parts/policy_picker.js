// Which policies stand beside the status quo: those of the link, to add and to take away.

import { fresh, h, put } from "../dom.js";
import { t } from "../words.js";
import { policyTitle } from "./chart_card.js";
import { presetsInOrder } from "./levers.js";

/** @typedef {import("../state.js").State} State */

/**
 * Chosen policies, each with a way out, and a list to take one more from.
 * @param {State} state @param {(state: State) => string[]} chosenOf names of those in sight
 */
export function policyPicker(state, chosenOf) {
  const { schema } = state;
  const chosen = h("ul", { class: "chosen", "aria-label": t("picker.chosen") });
  const select = h("select", { id: fresh("policy") });
  const add_button = h("button", { type: "button", onclick: take }, t("picker.add"));
  const full = h("p", { class: "small muted", role: "status" });
  const node = h(
    "div",
    { class: "stack" },
    chosen,
    h("div", { class: "row-of" }, h("label", { for: select.id }, t("picker.pick")), select, add_button),
    full,
  );
  function take() {
    const name = select.value;
    if (name) state.set((question) => void (question.beside = [...question.beside, name]));
  }
  function away(/** @type {string} */ name) {
    state.set((question) => void (question.beside = question.beside.filter((each) => each !== name)));
    select.focus();
  }
  let shown = "";
  function refresh() {
    const names = chosenOf(state);
    const now = names.join();
    if (now === shown) return;
    shown = now;
    put(
      chosen,
      names.map((name) => {
        const title = policyTitle(state, name);
        const fixed = !state.question.beside.includes(name);
        return h(
          "li",
          {},
          h("span", {}, title),
          fixed
            ? null
            : h(
                "button",
                { type: "button", "aria-label": t("picker.away", { name: title }), onclick: () => away(name) },
                "×",
              ),
        );
      }),
    );
    const left = presetsInOrder(state).filter(
      (/** @type {any} */ preset) => preset.name !== schema.reference && !state.question.beside.includes(preset.name),
    );
    put(
      select,
      left.map((/** @type {any} */ preset) => h("option", { value: preset.name }, policyTitle(state, preset.name))),
    );
    const isFull = state.question.beside.length >= schema.limits.beside || !left.length;
    add_button.disabled = isFull;
    select.disabled = isFull;
    put(full, isFull ? t("picker.full", { n: schema.limits.beside }) : names.length === 1 ? t("picker.alone") : "");
  }
  const leave = state.on("question", refresh);
  refresh();
  return { node, leave };
}
