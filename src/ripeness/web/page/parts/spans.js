// Spans of time in the words of the language.

import { lang } from "../words.js";

/** The word for year that some languages set after its number; months here go without it. */
const YEAR = /\sр\./g;

/** @param {string} day a day or a month */
const at = (day) => new Date(`${day.length > 7 ? day : `${day}-01`}T00:00:00Z`);

/** @param {string} first @param {string} last @param {Intl.DateTimeFormatOptions} options */
function span(first, last, options) {
  const format = new Intl.DateTimeFormat(lang(), { ...options, timeZone: "UTC" });
  const words = format.formatRange(at(first), at(last));
  return words.replace(/[\u2009\u202f]/g, " ");
}

/** From one day to another, or the one day. @param {string} first @param {string} last */
export const daySpan = (first, last) => span(first, last, { dateStyle: "medium" });

/** From one month to another, or the one month. @param {string} first @param {string} last @param {"short"|"long"} [style] */
export const monthSpan = (first, last, style = "short") =>
  span(first, last, { month: style, year: "numeric" }).replace(YEAR, "");
