// What stands where an answer is not there: waiting with a clock, what failed, nothing to show.

import { h, put } from "../dom.js";
import { t } from "../words.js";
import { failureWords } from "./failures.js";

const TEXT_AFTER = 1000;
const CLOCK_AFTER = 3000;

/**
 * A text after a second, a clock and a way to stop after three.
 * @param {string} label what is waited for @param {(() => void)|null} [cancel]
 */
export function waiting(label, cancel = null) {
  const words = h("p", { class: "muted" });
  const node = h("div", { class: "waiting", role: "status" }, words);
  const began = performance.now();
  let stopper = false;
  const timer = window.setInterval(() => {
    const gone = performance.now() - began;
    if (gone < TEXT_AFTER) return;
    put(words, label, gone < CLOCK_AFTER ? "" : ` ${t("waiting.seconds", { n: Math.floor(gone / 1000) })}`);
    if (gone < CLOCK_AFTER || !cancel || stopper) return;
    stopper = true;
    node.append(h("button", { type: "button", onclick: cancel }, t("cancel")));
  }, 250);
  return { node, stop: () => clearInterval(timer) };
}

/** What failed, what still holds, one action. @param {unknown} failure @param {(() => void)|null} [retry] */
export const failed = (failure, retry = null) =>
  h(
    "div",
    { class: "notice", role: "alert" },
    h("p", {}, failureWords(failure)),
    retry ? h("button", { type: "button", onclick: retry }, t("retry")) : null,
  );

/** Nothing to show, and the next step. @param {string} words @param {Node|null} [action] */
export const empty = (words, action = null) => h("div", { class: "notice" }, h("p", {}, words), action);
