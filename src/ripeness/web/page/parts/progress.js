// How far a long task on the server is.

import { askUntilWhole } from "../ask.js";
import { h, put } from "../dom.js";
import { t } from "../words.js";
import { empty, failed } from "./states.js";

/** How far a long task is, with a clock and a way to stop. @param {() => void} cancel */
export function progressBar(cancel) {
  const bar = h("progress", { "aria-label": t("progress") });
  const words = h("p", { class: "small muted" });
  const node = h(
    "div",
    { class: "progressing" },
    bar,
    h("div", { class: "row-of" }, words, h("button", { type: "button", onclick: cancel }, t("cancel"))),
  );
  const spoken = h("p", { class: "sr", role: "status" });
  node.append(spoken);
  node.hidden = true;
  const began = performance.now();
  let said = "";
  let stage = "";
  const clock = window.setInterval(() => {
    const seconds = Math.floor((performance.now() - began) / 1000);
    if (seconds >= 1) node.hidden = false;
    put(words, [said || t("loading"), t("progress.clock", { n: seconds })].join(" · "));
  }, 500);
  return {
    node,
    /** @param {any} progress @param {number} [done] @param {number} [of] */
    told(progress, done, of) {
      const { steps_done: steps, steps_of: all } = progress ?? {};
      const first = of ? (done ?? 0) / of : 0;
      if (of || all) bar.value = first + (1 - first) * (all ? steps / all : 0);
      else bar.removeAttribute("value");
      if (of) said = t("progress.done", { done: done ?? 0, of });
      else said = t(progress?.stage === "waiting" ? "progress.waiting" : "progress.working");
      if (said !== stage) put(spoken, (stage = said));
    },
    /** @param {Node} instead */
    put(instead) {
      clearInterval(clock);
      node.hidden = false;
      put(node, instead);
    },
    done() {
      clearInterval(clock);
      node.remove();
    },
  };
}

/**
 * A bar for an answer that takes long; `begin` asks for it and draws it once it is whole.
 * @param {AbortController} abort @param {{path: string, stopped: string, drawn: (document: any) => void, again: () => void}} given
 *   stopped: words once the reader has cancelled; again: what a retry does
 */
export function longAnswer(abort, { path, stopped, drawn, again }) {
  const { signal } = abort;
  const progress = progressBar(() => {
    abort.abort();
    progress.put(empty(stopped));
  });
  return {
    node: progress.node,
    async begin() {
      try {
        await askUntilWhole(path, signal, (document, whole) => {
          if (!whole) return progress.told(document.progress);
          progress.done();
          drawn(document);
        });
      } catch (failure) {
        if (!signal.aborted) progress.put(failed(failure, again));
      }
    },
  };
}
