// Words, numbers and months in the reader's language. The server sends what a view needs; English stands in for a gap.

import { h } from "./dom.js";

/** @typedef {{unit: string, mean?: number|null, p05: number|null, p25?: number|null, p50: number|null,
 *   p75?: number|null, p95: number|null, mc_error?: number|null, prior_driven?: number|null,
 *   share_higher?: number, share_lower?: number, share_reached?: number, n?: number}} Stat */

/** @type {Record<string, string>} */
let english = {};
/** @type {Record<string, string>} */
let own = {};
let language = "en";
let plurals = new Intl.PluralRules("en");
/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();
/** @type {Map<string, string>} */
const months = new Map();

/** The language of cases, and of what another lacks. */
const REFERENCE = "en";
const SHARES = ["share", "stake"];
const ROUND_MONEY = /^(USD bn|RUB trn|RUB)/;

const SHARED = "shared";
/** @type {Set<string>} */
const held = new Set([SHARED]);

/** Load a language: the words that are held already, in its own. @param {string} code */
export async function load(code) {
  language = code;
  plurals = new Intl.PluralRules(code);
  formats.clear();
  months.clear();
  [own, english] = [{}, {}];
  await read(code, [...held]);
  document.documentElement.lang = code;
}

/** Words that only some views need. @param {string[]} parts */
export async function need(parts) {
  const missing = parts.filter((part) => !held.has(part));
  missing.forEach((part) => held.add(part));
  if (missing.length) await read(language, missing);
}

/** @param {string} code @param {string[]} parts */
async function read(code, parts) {
  const answer = await fetch(`/words/${code}?parts=${parts.join(",")}`);
  if (!answer.ok) {
    parts.filter((part) => part !== SHARED).forEach((part) => held.delete(part));
    throw new Error(`no words for ${code}`);
  }
  const said = await answer.json();
  own = { ...own, ...said.words };
  english = { ...english, ...said.english };
}

export const lang = () => language;

/** Whether a key has words. @param {string} key */
export const has = (key) => key in own || key in english;

/**
 * Words of a key. {name} is replaced by values.name; a key with plural forms is chosen by values.n.
 * @param {string} key @param {Record<string, string|number>} [values]
 */
export function t(key, values = {}) {
  const found = phrase(own, key, values) ?? phrase(english, key, values) ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? plain(value) : value;
  });
}

/** @param {Record<string, string>} from @param {string} key @param {Record<string, string|number>} values */
function phrase(from, key, values) {
  if (key in from) return from[key];
  const count = values.n;
  if (typeof count !== "number") return undefined;
  return from[`${key}.${plurals.select(count)}`] ?? from[`${key}.other`];
}

/** Words of a key, or the case's own words (in English) where the strings have none. @param {string} key @param {string} given */
export const named = (key, given) => own[key] ?? (given || english[key] || key);

/** The same as an element that says its language. @param {string} key @param {string} given @param {string} [tag] */
export function said(key, given, tag = "span") {
  return key in own || language === REFERENCE ? h(tag, {}, named(key, given)) : english_text(given, tag);
}

/** Text of the case, which is in English whatever the page's language. @param {string} text @param {string} [tag] */
export const english_text = (text, tag = "span") => h(tag, language === REFERENCE ? {} : { lang: "en" }, text);

/** @param {Intl.NumberFormatOptions} options */
function format(options) {
  const key = JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(language, options);
    formats.set(key, found);
  }
  return found;
}

/** A minus sign as wide as a plus, where the language's format has a hyphen. @param {string} text */
const minus = (text) => text.replace("-", "\u2212");

/** A number as it is. @param {number} value */
export const plain = (value) =>
  format({ maximumFractionDigits: 6, useGrouping: Math.abs(value) >= 10000 }).format(value);

/**
 * A result, rounded: money to two significant figures, other units to three, shares as percent.
 * @param {number|null|undefined} value @param {string} unit @param {{signed?: boolean}} [how]
 */
export function number(value, unit, { signed = false } = {}) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const signDisplay = signed ? "exceptZero" : "auto";
  if (SHARES.includes(unit)) {
    const whole = Math.abs(value) >= 0.1 || value === 0;
    return minus(
      format({
        style: "percent",
        signDisplay,
        ...(whole ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 2 }),
      }).format(value),
    );
  }
  const figures = signed || ROUND_MONEY.test(unit) ? 2 : 3;
  const digits = Math.max(figures, Math.floor(Math.log10(Math.max(Math.abs(value), 1))) + 1);
  const rounded = Number(value.toPrecision(figures));
  const useGrouping = Math.abs(value) >= 10000;
  return minus(format({ maximumSignificantDigits: digits, signDisplay, useGrouping }).format(rounded));
}

/** A share as whole percent. @param {number} value */
export const percent = (value) => format({ style: "percent", maximumFractionDigits: 0 }).format(value);

/** A chance in futures of 100: whole, and never 0 or 100 unless it is. @param {number|null|undefined} value */
export function of100(value) {
  if (value === null || value === undefined) return "–";
  if (value > 0 && value < 0.01) return t("chance.below", { bound: plain(1) });
  if (value < 1 && value > 0.99) return t("chance.above", { bound: plain(99) });
  return plain(Math.round(value * 100));
}

/** The unit's words; a share has none, its number says percent. @param {string} unit */
export const unitWords = (unit) => (SHARES.includes(unit) || unit === "none" ? "" : named(`unit.${unit}`, unit));

/** A number with its unit. @param {number|null|undefined} value @param {string} unit @param {{signed?: boolean}} [how] */
export function quantity(value, unit, how) {
  const words = unitWords(unit);
  return words ? `${number(value, unit, how)}\u00a0${words}` : number(value, unit, how);
}

/** Low to high. @param {number|null|undefined} low @param {number|null|undefined} high @param {string} unit @param {{signed?: boolean}} [how] */
export const range = (low, high, unit, how) =>
  t("range", { low: number(low, unit, how), high: number(high, unit, how) });

/** Months to something: in how many futures it comes at all, and after how long. @param {Stat} stat */
export function monthsTo(stat) {
  const share = of100(stat.share_reached);
  if (!stat.share_reached) return t("months_to.never");
  if (stat.p05 === null) return t("months_to.few", { share });
  return t(stat.p50 === null ? "months_to.some" : "months_to.median", {
    share,
    first: number(stat.p05, stat.unit),
    middle: number(stat.p50, stat.unit),
  });
}

/** Median with its range: 26.6 (19.7 to 33.7). @param {Stat} stat @param {{signed?: boolean}} [how] */
export function banded(stat, how) {
  const open = t("not_reached");
  const at = (/** @type {number|null|undefined} */ value) =>
    value === null || value === undefined ? open : number(value, stat.unit, how);
  return t("banded", { middle: at(stat.p50), low: at(stat.p05), high: at(stat.p95) });
}

/** A chance with its range over draws: 14 (2 to 40) of 100. @param {Stat} stat */
export const chance = (stat) =>
  t("chance.banded", { middle: of100(stat.p50), low: of100(stat.p05), high: of100(stat.p95) });

/** A month such as 2026-09 in words. @param {string} month @param {"short"|"long"} [style] */
export function monthWords(month, style = "short") {
  const key = `${month}${style}`;
  let found = months.get(key);
  if (!found) {
    const [year, number] = month.split("-").map(Number);
    const parts = new Intl.DateTimeFormat(language, { month: style, year: "numeric", timeZone: "UTC" });
    found = parts
      .formatToParts(Date.UTC(year, number - 1, 1))
      .filter((part) => part.type === "month" || part.type === "year")
      .map((part) => part.value)
      .join(" ");
    months.set(key, found);
  }
  return found;
}

/** A day such as 2026-09-14 in words. @param {string} day */
export function dayWords(day) {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" }).format(date);
}

/** Text in the order of the language. @param {string} one @param {string} other */
export const compareWords = (one, other) => one.localeCompare(other, language);

/** A list in words. @param {string[]} items */
export const listWords = (items) => new Intl.ListFormat(language, { type: "conjunction" }).format(items);
