// Source texts of the case: its own English words, with addresses that can be followed.

import { h } from "../dom.js";
import { lang } from "../words.js";

const ADDRESS = /(https?:\/\/[^\s;,)]+)/;

/** A source with its addresses as links. @param {string} text @param {string} [tag] */
export function sourced(text, tag = "span") {
  const parts = text.split(ADDRESS).map((part) => (ADDRESS.test(part) ? outside(part) : part));
  return h(tag, lang() === "en" ? {} : { lang: "en" }, parts);
}

/** A link out of the page, named by its site; text that is no web address stays text. @param {string} address */
export function outside(address) {
  if (!/^https?:\/\//.test(address)) return address;
  let site = address;
  try {
    site = new URL(address).hostname.replace(/^www\./, "");
  } catch {
    return address;
  }
  return h("a", { href: address, rel: "noreferrer noopener", target: "_blank" }, `${site} ↗`);
}
