// In which language the page speaks: that of the link, or else of the browser where the page has it.

const REFERENCE = "en";

/** @param {any} schema @returns {{code: string, name: string}[]} */
export const languages = (schema) => schema.languages;

/** @param {import("./state.js").State} state */
export function languageOf(state) {
  const codes = languages(state.schema).map((each) => each.code);
  const { lang } = state.question;
  if (lang && codes.includes(lang)) return lang;
  return navigator.languages.map((each) => each.slice(0, 2)).find((each) => codes.includes(each)) ?? REFERENCE;
}
