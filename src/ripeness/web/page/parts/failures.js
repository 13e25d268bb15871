// A failure in words: what went wrong, and the server's own account of it.

import { Failure } from "../ask.js";
import { h } from "../dom.js";
import { t } from "../words.js";

/** @param {unknown} failure */
export function failureWords(failure) {
  if (!(failure instanceof Failure)) return t("failed.failed");
  const faults = failure.document?.faults
    ?.map((/** @type {any} */ each) => `${each.key}: ${each.problem}; ${each.remedy}`)
    .join(". ");
  return h(
    "span",
    {},
    t(`failed.${failure.kind}`),
    " ",
    failure.kind === "offline" ? "" : h("span", { lang: "en" }, faults || failure.message),
  );
}
