// Share links: the question of the page as one query string, the same that HTTP and the command line read.

/** @typedef {{value: number, at: string|null, over: number}} Move a lever's level, its own start, months of ramp */
/** @typedef {{case: string, m: string|null, from: string, start: string, until: string, seed: number, n: number,
 *   moves: Record<string, Move>, assumptions: Record<string, number>, beside: string[],
 *   view: string, lang: string|null, theme: string|null}} Question */
/** @typedef {{key: string, said: string, now: string, why: string}} Changed what a link said that could not be kept */

/** The status quo. @param {any} schema @returns {Question} */
export function usual(schema) {
  return {
    case: schema.case.name,
    m: null,
    from: schema.reference,
    start: schema.months.start,
    until: schema.months.until,
    seed: 1,
    n: schema.limits.members.default,
    moves: {},
    assumptions: {},
    beside: [],
    view: "overview",
    lang: null,
    theme: null,
  };
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/**
 * The question of a link; what it says that cannot be asked is mended, and listed.
 * @param {string} text @param {any} schema @returns {{question: Question, changed: Changed[]}}
 */
export function readLink(text, schema) {
  const question = usual(schema);
  /** @type {Changed[]} */
  const changed = [];
  const query = text.includes("?") ? text.slice(text.indexOf("?") + 1).split("#")[0] : text;
  const said = new URLSearchParams(query);
  const lost = (
    /** @type {string} */ key,
    /** @type {string} */ value,
    /** @type {string} */ now,
    /** @type {string} */ why,
  ) => changed.push({ key, said: value, now, why });
  const levers = new Map(schema.levers.map((/** @type {any} */ each) => [each.name, each]));
  const assumptions = new Map(schema.assumptions.map((/** @type {any} */ each) => [each.name, each]));
  const presets = new Set(schema.presets.map((/** @type {any} */ each) => each.name));
  const month = (/** @type {string} */ key, /** @type {string} */ value, /** @type {string} */ otherwise) => {
    if (!MONTH.test(value)) return (lost(key, value, otherwise, "month"), otherwise);
    const kept =
      value < schema.months.first ? schema.months.first : value > schema.months.last ? schema.months.last : value;
    if (kept !== value) lost(key, value, kept, "range");
    return kept;
  };
  const whole = (
    /** @type {string} */ key,
    /** @type {string} */ value,
    /** @type {number} */ low,
    /** @type {number} */ high,
    /** @type {number} */ otherwise,
  ) => {
    const number = Number(value);
    if (!/^\d+$/.test(value)) return (lost(key, value, String(otherwise), "number"), otherwise);
    const kept = Math.min(Math.max(number, low), high);
    if (kept !== number) lost(key, value, String(kept), "range");
    return kept;
  };
  const level = (
    /** @type {string} */ key,
    /** @type {string} */ value,
    /** @type {number} */ low,
    /** @type {number} */ high,
  ) => {
    const number = Number(value);
    if (value.trim() === "" || !Number.isFinite(number)) return (lost(key, value, "–", "number"), null);
    const kept = Math.min(Math.max(number, low), high);
    if (kept !== number) lost(key, value, String(kept), "range");
    return kept;
  };
  const later = [];
  for (const [key, value] of said) {
    if (key === "v") {
      if (value !== "1") lost(key, value, "1", "version");
    } else if (key === "case") question.case = value;
    else if (key === "m") question.m = /^[0-9a-f]{6,64}$/.test(value) ? value : null;
    else if (key === "from") {
      if (presets.has(value) || value === schema.reference) question.from = value;
      else lost(key, value, question.from, "unknown");
    } else if (key === "start") question.start = month(key, value, question.start);
    else if (key === "until") question.until = month(key, value, question.until);
    else if (key === "seed") question.seed = whole(key, value, 0, 4294967295, question.seed);
    else if (key === "n")
      question.n = whole(key, value, schema.limits.members.least, schema.limits.members.most, question.n);
    else if (key === "with") {
      const names = [...new Set(value.split(",").filter(Boolean))];
      question.beside = names
        .filter((name) => presets.has(name) && name !== schema.reference)
        .slice(0, schema.limits.beside);
      if (question.beside.length < names.length) lost(key, value, question.beside.join(","), "unknown");
    } else if (key === "view") {
      if (schema.views.includes(value)) question.view = value;
      else lost(key, value, question.view, "unknown");
    } else if (key === "lang") question.lang = value;
    else if (key === "theme") question.theme = ["light", "dark"].includes(value) ? value : null;
    else if (key.startsWith("a.")) {
      const about = assumptions.get(key.slice(2));
      if (!about) lost(key, value, "–", "unknown");
      else {
        const kept = level(key, value, about.min, about.max);
        if (kept !== null) question.assumptions[about.name] = kept;
      }
    } else if (key.startsWith("l.") && (key.endsWith(".at") || key.endsWith(".over"))) later.push([key, value]);
    else if (key.startsWith("l.")) {
      const name = key.slice(2);
      const about = levers.get(name) ?? levers.get(name.split(".")[0]);
      if (!about) lost(key, value, "–", "unknown");
      else {
        const kept = level(key, value, about.low, about.high);
        if (kept !== null) question.moves[name] = { value: kept, at: null, over: 0 };
      }
    } else lost(key, value, "–", "unknown");
  }
  if (question.until < question.start) {
    lost("until", question.until, schema.months.until, "range");
    question.until = schema.months.until;
  }
  for (const [key, value] of later) {
    const part = key.endsWith(".at") ? "at" : "over";
    const move = question.moves[key.slice(2, -part.length - 1)];
    if (!move) lost(key, value, "–", "unknown");
    else if (part === "at") {
      const at = month(key, value, question.start);
      const kept = at < question.start ? question.start : at > question.until ? question.until : at;
      move.at = kept;
      if (kept !== at) lost(key, at, kept, "range");
    } else move.over = whole(key, value, 0, schema.limits.ramp_months, 0);
  }
  return { question, changed };
}

/** A number as links write it. @param {number} value */
const written = (value) => String(Number(value.toPrecision(12)));

/** Address of a view with the page's own question. @param {{question: Question, schema: any}} state @param {string} view */
export const hrefOf = ({ question, schema }, view) => `/?${linkText({ ...question, view }, schema)}`;

/**
 * The link of a question: only what differs from the status quo, in a fixed order. Without `look` it says only
 * what numbers depend on; with `pin` it names the model it was made with.
 * @param {Question} question @param {any} schema @param {{look?: boolean, pin?: boolean}} [how]
 */
export function linkText(question, schema, { look = true, pin = false } = {}) {
  const plain = usual(schema);
  /** @type {[string, string][]} */
  const said = [["v", "1"]];
  if (question.case !== "ukraine") said.push(["case", question.case]);
  if (pin) said.push(["m", schema.model]);
  for (const key of /** @type {const} */ (["from", "start", "until", "seed", "n"]))
    if (question[key] !== plain[key]) said.push([key, String(question[key])]);
  for (const name of Object.keys(question.moves).sort()) {
    const move = question.moves[name];
    said.push([`l.${name}`, written(move.value)]);
    if (move.at && move.at !== question.start) said.push([`l.${name}.at`, move.at]);
    if (move.over) said.push([`l.${name}.over`, String(move.over)]);
  }
  for (const name of Object.keys(question.assumptions).sort())
    said.push([`a.${name}`, written(question.assumptions[name])]);
  if (question.beside.length) said.push(["with", question.beside.join(",")]);
  if (look) {
    if (question.view !== plain.view) said.push(["view", question.view]);
    if (question.lang) said.push(["lang", question.lang]);
    if (question.theme) said.push(["theme", question.theme]);
  }
  return said
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value).replace(/%2C/g, ",")}`)
    .join("&");
}

/** Whether a question asks for another policy than the status quo. @param {Question} question @param {any} schema */
export const isMoved = (question, schema) =>
  question.from !== schema.reference || Object.keys(question.moves).length > 0;

/** A month so many months on. @param {string} month @param {number} more */
export function monthPlus(month, more) {
  const [year, number] = month.split("-").map(Number);
  const at = year * 12 + number - 1 + more;
  return `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
}

/** Months from one to another. @param {string} from @param {string} to */
export function monthsBetween(from, to) {
  const [a, b] = from.split("-").map(Number);
  const [c, d] = to.split("-").map(Number);
  return (c - a) * 12 + d - b;
}
