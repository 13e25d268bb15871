// The settings sheet: every lever, its value, the status quo, when it acts and what it means, on one page.

import { fresh, h } from "../dom.js";
import { monthWords, named, need, number, plain, quantity, t } from "../words.js";
import { dataTable, policyTitle } from "./chart_card.js";
import { levelOf, leverName, rowOf } from "./levers.js";

/** @param {import("../state.js").State} state */
export async function settingsSheet(state) {
  await need(["assumption"]);
  const { question, schema } = state;
  const name = fresh("sheet");
  const shown = (/** @type {any} */ lever, /** @type {number} */ value) =>
    lever.unit === "share" ? number(value, "share") : quantity(value, lever.unit);
  const rows = schema.levers.map((/** @type {any} */ lever) => {
    const move = question.moves[lever.name];
    const row = rowOf(state, lever.name);
    const acts = move
      ? [monthWords(move.at ?? question.start), move.over ? t("settings.ramp", { n: move.over }) : ""]
          .filter(Boolean)
          .join(", ")
      : row
        ? t("settings.by_policy")
        : "–";
    return [
      leverName(lever),
      shown(lever, levelOf(state, lever)),
      shown(lever, lever.now),
      acts,
      t(`lever.${lever.name}.help`),
    ];
  });
  const assumed = Object.entries(question.assumptions).map(([key, value]) => [
    named(`assumption.${key}`, key),
    plain(value),
  ]);
  const dialog = h(
    "dialog",
    { class: "sheet", "aria-labelledby": name },
    h(
      "header",
      {},
      h("h2", { id: name }, t("settings")),
      h("button", { type: "button", onclick: () => dialog.close() }, t("close")),
    ),
    h(
      "p",
      {},
      t("settings.about", {
        policy: policyTitle(state, question.from),
        start: monthWords(question.start),
        until: monthWords(question.until),
        n: question.n,
        seed: plain(question.seed),
      }),
    ),
    dataTable({
      caption: t("levers"),
      heads: [t("lever"), t("settings.value"), t("status_quo"), t("settings.acts"), t("levers.what")],
      rows,
      numeric: false,
    }),
    assumed.length
      ? dataTable({
          caption: t("assumptions"),
          heads: [t("assumption"), t("settings.value")],
          rows: assumed,
          numeric: false,
        })
      : null,
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
