// What the page holds: the question, its history for undo, the answers in sight. Views listen; nothing else is shared.

import { isMoved, linkText, readLink, usual } from "./link.js";

/** @typedef {import("./link.js").Question} Question */
/** @typedef {"question"|"money"|"bargain"|"notice"|"busy"} News */

const MOST_STEPS = 50;

export class State {
  /** @param {any} schema @param {string} link */
  constructor(schema, link) {
    this.schema = schema;
    const { question, changed } = readLink(link, schema);
    /** @type {Question} */
    this.question = question;
    this.changed = changed;
    /** @type {string[]} */
    this.past = [];
    /** @type {string[]} */
    this.future = [];
    /** Whether a lever is being moved just now. */
    this.dragging = false;
    /** Whether the step of undo that a drag began is still being made. */
    this.dragOpen = false;
    /** @type {any} */
    this.money = null;
    /** @type {any} */
    this.bargain = null;
    /** @type {string} query of the drawn money document */
    this.moneyOf = "";
    /** @type {string} query of the drawn bargaining document */
    this.bargainOf = "";
    /** @type {{money: number|null, bargain: number|null}} since when an answer is waited for */
    this.since = { money: null, bargain: null };
    /** @type {{money: any, bargain: any}} */
    this.failure = { money: null, bargain: null };
    /** Ranges of the vertical axes by indicator, kept while a lever is moved. @type {Map<string, [number, number]>} */
    this.domains = new Map();
    /** @type {Map<string, Set<() => void>>} */
    this.listeners = new Map();
  }

  get moved() {
    return isMoved(this.question, this.schema);
  }

  /** What numbers depend on. */
  get query() {
    return linkText(this.question, this.schema, { look: false });
  }

  /** @param {News} news @param {() => void} heard @returns {() => void} stop listening */
  on(news, heard) {
    const found = this.listeners.get(news) ?? new Set();
    this.listeners.set(news, found);
    found.add(heard);
    return () => found.delete(heard);
  }

  /** @param {News} news */
  tell(news) {
    for (const heard of [...(this.listeners.get(news) ?? [])]) heard();
  }

  /**
   * Change the question. A drag is one step of undo, from its first change to its last.
   * @param {(question: Question) => void} change @param {{drag?: boolean}} [how]
   */
  set(change, { drag = false } = {}) {
    const before = linkText(this.question, this.schema);
    const next = structuredClone(this.question);
    change(next);
    const after = linkText(next, this.schema);
    if (after !== before && !(this.dragging && this.dragOpen)) {
      this.past.push(before);
      if (this.past.length > MOST_STEPS) this.past.shift();
      this.future = [];
    }
    this.dragOpen = drag;
    this.dragging = drag;
    this.question = next;
    if (after !== before) this.changed = [];
    this.tell("question");
  }

  /** The lever was let go. */
  release() {
    if (!this.dragging) return;
    this.dragging = false;
    this.dragOpen = false;
    this.tell("question");
  }

  undo() {
    const link = this.past.pop();
    if (link === undefined) return;
    this.future.push(linkText(this.question, this.schema));
    this.take(link);
  }

  redo() {
    const link = this.future.pop();
    if (link === undefined) return;
    this.past.push(linkText(this.question, this.schema));
    this.take(link);
  }

  /** @param {string} link */
  take(link) {
    const { question, changed } = readLink(link, this.schema);
    const { view, lang, theme } = this.question;
    this.question = { ...question, view, lang, theme };
    this.changed = changed;
    this.dragging = false;
    this.tell("question");
  }

  /** Everything that a link says, the view with it. @param {string} link */
  takeAll(link) {
    const { question, changed } = readLink(link, this.schema);
    this.question = question;
    this.changed = changed;
    this.dragging = false;
    this.tell("question");
  }

  /** Ask again what failed. */
  retry() {}

  /** Back to the status quo. */
  reset() {
    const plain = usual(this.schema);
    this.set((question) => {
      Object.assign(question, plain, { view: question.view, lang: question.lang, theme: question.theme });
    });
  }
}
