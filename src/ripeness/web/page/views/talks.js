// Talks and positions on one time axis: what was held, what was pressed, how far the sides stand apart.

import { ask } from "../ask.js";
import { rangeRows } from "../charts/ranges.js";
import { before, columnsOf, mark, placeOf, timeline, titleOf, within } from "../charts/timeline.js";
import { add, g, h, put } from "../dom.js";
import { dataTable, policyTitle, scrolled, showTable } from "../parts/chart_card.js";
import { policyPicker } from "../parts/policy_picker.js";
import { longAnswer } from "../parts/progress.js";
import { daySpan } from "../parts/spans.js";
import { sourced } from "../parts/sourced.js";
import { empty, failed, waiting } from "../parts/states.js";
import { chance, dayWords, english_text, has, named, number, of100, percent, plain, range, t } from "../words.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../charts/timeline.js").Column} Column */
/** @typedef {import("../charts/timeline.js").Line} Line */

const FORMATS = [
  ["met", ["direct", "three_way"]],
  ["shuttle", ["shuttle"]],
  ["one_side", ["one_side"]],
];
const KINDS = ["cost", "threat", "market", "arms", "strike", "to_talk", "other"];
const UP = "M0 -6 L5 4 L-5 4 Z";
const DOWN = "M0 6 L5 -4 L-5 -4 Z";
const DOT = "M-3 0 a3 3 0 1 0 6 0 a3 3 0 1 0 -6 0";
const DIAMOND = "M0 -4.5 L4.5 0 L0 4.5 L-4.5 0 Z";
const CROSS = "M-4 -4 L4 4 M-4 4 L4 -4";
const HELD = "M-2.5 -8 h5 v16 h-5 Z";
const TALL = 44;
const LOW = 30;

/** Period in sight; kept while the page is open. */
const kept = { period: 0 };

/** @param {State} state @param {HTMLElement} main */
export function draw(state, main) {
  const abort = new AbortController();
  const place = h("div", { class: "stack wide-gap" });
  const beside = state.schema.case.has_war && state.schema.case.has_talks ? simulated(state) : null;
  add(main, h("div", { class: "lead" }, h("h1", {}, t("talks.title")), h("p", {}, t("talks.lead"))), place);
  if (state.schema.case.has_talks) begin();
  else put(place, empty(t("talks.no_record")));

  async function begin() {
    const wait = waiting(t("loading"));
    put(place, wait.node);
    try {
      const { document } = await ask(`/api/v1/talks?v=1&case=${encodeURIComponent(state.question.case)}`, {
        signal: abort.signal,
      });
      put(place, axis(document), moved(document), overlap(document), signals(document), beside?.node);
    } catch (failure) {
      if (!abort.signal.aborted) put(place, failed(failure, begin));
    } finally {
      wait.stop();
    }
  }
  return {
    leave() {
      abort.abort();
      beside?.leave();
    },
  };
}

/** @param {any} talks @param {string} issue */
const issueTitle = (talks, issue) => (has(`talks.issue.${issue}`) ? t(`talks.issue.${issue}`) : talks.issues[issue]);

/** @param {string} actor */
const actorTitle = (actor) => named(`talks.actor.${actor}`, actor);

/** Process, pressure and positions over one axis, and the panel that a cell opens. @param {any} talks */
function axis(talks) {
  const periods = [
    { start: talks.months[0], end: talks.months.at(-1) },
    ...talks.windows
      .slice(1)
      .map((/** @type {any} */ each) => ({ start: each.start.slice(0, 7), end: each.end.slice(0, 7) })),
  ];
  if (kept.period >= periods.length) kept.period = 0;
  const panel = h("section", { class: "drawer", tabindex: 0, "aria-label": t("talks.detail") });
  const chart = h("div", { class: "scroll" });
  const wider = h("p", { class: "small muted", hidden: true }, t("talks.wider"));
  /** @type {HTMLElement|null} */
  let came = null;
  function refresh() {
    const { start, end } = periods[kept.period];
    const columns = columnsOf(start, end);
    put(chart, timeline({ label: t("talks.axis"), columns, bands: bandsOf(talks, columns), opened }));
    requestAnimationFrame(() => {
      chart.scrollLeft = chart.scrollWidth;
      wider.hidden = chart.scrollWidth <= chart.clientWidth;
    });
    close(false);
  }
  /** @param {Line} line @param {Column} column @param {HTMLElement} from */
  function opened(line, column, from) {
    came?.classList.remove("chosen");
    came = from;
    from.classList.add("chosen");
    const head = h("h2", { tabindex: -1 }, titleOf(line), ", ", column.name);
    put(
      panel,
      h("div", { class: "drawerhead" }, head, h("button", { type: "button", onclick: () => close(true) }, t("close"))),
      line.open(column),
    );
    panel.classList.add("open");
    panel.scrollTop = 0;
    head.focus({ preventScroll: true });
  }
  function close(/** @type {boolean} */ back) {
    panel.classList.remove("open");
    put(panel, legend(talks));
    came?.classList.remove("chosen");
    if (back) came?.focus();
    came = null;
  }
  panel.addEventListener(
    "keydown",
    (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && panel.classList.contains("open") && close(true),
  );
  const choose = h(
    "select",
    {
      onchange: () => {
        kept.period = Number(choose.value);
        refresh();
      },
    },
    periods.map((_, at) =>
      h(
        "option",
        { value: at, selected: at === kept.period },
        at ? daySpan(talks.windows[at].start, talks.windows[at].end) : t("talks.whole"),
      ),
    ),
  );
  refresh();
  const [button, region] = showTable(() => tables(talks));
  return h(
    "section",
    { class: "stack" },
    h("div", { class: "filters" }, h("label", {}, t("talks.period"), choose)),
    wider,
    h("div", { class: "beside" }, chart, panel),
    h("p", { class: "small muted" }, t("talks.coding", { n: Object.keys(talks.coders).length + 1 })),
    h("div", { class: "acts" }, button),
    region,
  );
}

/** @param {any} talks @param {Column[]} columns */
function bandsOf(talks, columns) {
  const { a, d } = talks.parties;
  return [
    { name: t("talks.process"), about: t("talks.process.about"), rows: processLines(talks, columns) },
    { name: t("talks.pressure"), about: t("talks.pressure.about"), rows: pressureLines(talks, columns, [a, d]) },
    {
      name: t("talks.positions"),
      about: t("talks.positions.about", { a: actorTitle(a), d: actorTitle(d) }),
      rows: Object.keys(talks.issues).map((issue) => issueLine(talks, issue, columns)),
    },
  ];
}

/** Marks of dated rows. @param {any[]} rows @param {Column[]} columns @param {(row: any) => [string, string]} look */
const marksOf = (rows, columns, look) =>
  rows
    .map((row) => [placeOf(row.start ?? row.date, columns), ...look(row)])
    .filter(([at]) => at !== null)
    .map(([at, path, kind]) => mark(Number(at), LOW / 2, String(path), String(kind)));

/** @param {any} talks @param {Column[]} columns @returns {Line[]} */
function processLines(talks, columns) {
  const line = (
    /** @type {string} */ key,
    /** @type {any[]} */ rows,
    /** @type {string} */ path,
    /** @type {string} */ look,
  ) => ({
    id: key,
    name: t(`talks.format.${key}`),
    height: LOW,
    marks: marksOf(rows, columns, () => [path, look]),
    cell: (/** @type {Column} */ column) => {
      const n = rows.filter((row) => within(row.start, column)).length;
      return n ? t("talks.rounds", { n }) : null;
    },
    open: (/** @type {Column} */ column) =>
      h("ul", { class: "entries" }, rows.filter((row) => within(row.start, column)).map(roundWords)),
  });
  const sessions = talks.rounds.filter((/** @type {any} */ row) => row.track === "session");
  return [
    ...FORMATS.map(([key, contacts]) =>
      line(
        String(key),
        sessions.filter((/** @type {any} */ row) => contacts.includes(row.contact)),
        HELD,
        "held",
      ),
    ),
    line(
      "broken",
      talks.rounds.filter((/** @type {any} */ row) => row.track === "break"),
      CROSS,
      "broken",
    ),
    line(
      "outside",
      talks.rounds.filter((/** @type {any} */ row) => !row.track),
      HELD,
      "outside",
    ),
  ].filter((each) => each.marks.length || talks.rounds.length > 20);
}

/** @param {any} row */
const roundWords = (row) =>
  h(
    "li",
    {},
    h(
      "p",
      {},
      h("b", { class: "num" }, daySpan(row.start, row.end)),
      row.place ? [" · ", english_text(row.place)] : null,
    ),
    row.contact
      ? h(
          "p",
          { class: "small muted" },
          t(`talks.contact.${row.contact}`),
          row.hours ? ` · ${t("talks.hours", { n: row.hours })}` : "",
          row.mediator ? [` · ${t("talks.mediator")} `, english_text(row.mediator)] : null,
        )
      : null,
    english_text(row.outcome, "p"),
    h(
      "p",
      { class: "small" },
      h("span", { class: "chip" }, named(`talks.product.${row.deliverable_class}`, row.deliverable_class)),
      " ",
      row.deliverables && !["none", "unknown"].includes(row.deliverables) ? english_text(row.deliverables) : "",
    ),
    row.participants || row.notes
      ? h(
          "details",
          { class: "more small" },
          h("summary", {}, t("talks.who")),
          row.participants ? english_text(row.participants, "p") : null,
          row.notes ? english_text(row.notes, "p") : null,
        )
      : null,
    sourceWords(row),
  );

/** @param {any} row */
const sourceWords = (row) =>
  h(
    "p",
    { class: "small muted" },
    t("talks.source"),
    " ",
    row.source ? sourced(row.source) : "–",
    ` · ${named(`quality.short.${row.quality}`, row.quality)}`,
  );

/** @param {any} talks @param {Column[]} columns @param {string[]} sides @returns {Line[]} */
function pressureLines(talks, columns, sides) {
  const named_ = sides.flatMap((on) =>
    KINDS.map((kind) => ({
      on,
      kind,
      rows: talks.events.filter((/** @type {any} */ row) => row.target === on && row.kind === kind),
    })),
  );
  const rest = talks.events.filter((/** @type {any} */ row) => !sides.includes(row.target));
  const all = [
    ...named_.filter((each) => each.rows.length),
    ...(rest.length ? [{ on: "", kind: "rest", rows: rest }] : []),
  ];
  return all.map(({ on, kind, rows }) => ({
    id: `${kind} ${on}`,
    name: t(`talks.kind.${kind}`, { on: actorTitle(on) }),
    height: LOW,
    marks: marksOf(rows, columns, (row) =>
      row.direction > 0 ? [UP, "up"] : row.direction < 0 ? [DOWN, "down"] : [DOT, "level"],
    ),
    cell: (/** @type {Column} */ column) => {
      const here = rows.filter((/** @type {any} */ row) => within(row.date, column));
      const more = here.filter((/** @type {any} */ row) => row.direction > 0).length;
      const less = here.filter((/** @type {any} */ row) => row.direction < 0).length;
      return here.length ? t("talks.acts", { n: here.length, more, less }) : null;
    },
    open: (/** @type {Column} */ column) =>
      h(
        "ul",
        { class: "entries" },
        rows
          .filter((/** @type {any} */ row) => within(row.date, column))
          .map((/** @type {any} */ row) =>
            h(
              "li",
              {},
              h(
                "p",
                {},
                h("b", { class: "num" }, dayWords(row.date)),
                ` · ${actorTitle(row.sender)} → ${actorTitle(row.target)}`,
              ),
              h(
                "p",
                { class: "small" },
                h(
                  "span",
                  { class: "chip" },
                  t(row.direction > 0 ? "talks.more" : row.direction < 0 ? "talks.less" : "talks.level"),
                ),
              ),
              english_text(row.description, "p"),
              sourceWords(row),
            ),
          ),
      ),
  }));
}

/** Positions of both sides on an issue: steps over time, the gap between them shaded. @param {any} talks @param {string} issue @param {Column[]} columns @returns {Line} */
function issueLine(talks, issue, columns) {
  const rows = talks.positions.filter((/** @type {any} */ row) => row.issue === issue);
  const sides = [talks.parties.a, talks.parties.d];
  const [first, last] = sides.map((side) => rows.filter((/** @type {any} */ row) => row.actor === side));
  const distance = talks.progress.distance[issue] ?? [];
  const apart = distance.findLast((/** @type {number|null} */ each) => each !== null);
  const y = (/** @type {number} */ score) => 6 + (1 - score) * (TALL - 12);
  const steps = (/** @type {any[]} */ of) =>
    of
      .map((row, at) => ({ row, from: clamp(row.date), to: at + 1 < of.length ? clamp(of[at + 1].date) : 100 }))
      .filter(({ from, to, row }) => to > from || placeOf(row.date, columns) !== null);
  const clamp = (/** @type {string} */ day) => placeOf(day, columns) ?? (day.slice(0, 7) < columns[0].from ? 0 : 100);
  const line = (/** @type {any[]} */ of, /** @type {string} */ look, /** @type {string} */ path) =>
    steps(of)
      .flatMap(({ row, from, to }, at, all) => [
        g("line", { class: look, x1: `${from}%`, x2: `${to}%`, y1: y(row.score), y2: y(row.score) }),
        all[at + 1]
          ? g("line", { class: look, x1: `${to}%`, x2: `${to}%`, y1: y(row.score), y2: y(all[at + 1].row.score) })
          : null,
        placeOf(row.date, columns) === null
          ? null
          : [
              g("line", { class: `${look} doubt`, x1: `${from}%`, x2: `${from}%`, y1: y(row.low), y2: y(row.high) }),
              mark(from, y(row.score), path, look),
            ],
      ])
      .flat()
      .filter(Boolean);
  const others = rows
    .filter((/** @type {any} */ row) => !sides.includes(row.actor))
    .filter((/** @type {any} */ row) => placeOf(row.date, columns) !== null)
    .map((/** @type {any} */ row) =>
      mark(Number(placeOf(row.date, columns)), y(row.score), "M-2.5 -2.5 h5 v5 h-5 Z", "others"),
    );
  const standing = (/** @type {any[]} */ of, /** @type {Column} */ column) =>
    of.filter((row) => before(row.date, column)).at(-1);
  const name = h(
    "span",
    {},
    h("span", {}, has(`talks.issue.${issue}`) ? t(`talks.issue.${issue}`) : english_text(talks.issues[issue])),
    h(
      "small",
      { class: "muted num" },
      apart === undefined ? t("talks.apart.unknown") : t("talks.apart", { n: number(apart, "none") }),
    ),
  );
  return {
    id: issue,
    name,
    height: TALL,
    marks: [
      ...gaps(steps(first), steps(last), y),
      ...others,
      ...line(first, "sideA", DOT),
      ...line(last, "sideD", DIAMOND),
    ],
    cell: (column) => {
      const [one, other] = [standing(first, column), standing(last, column)];
      if (!rows.some((/** @type {any} */ row) => before(row.date, column))) return null;
      const fresh_ = rows.filter((/** @type {any} */ row) => within(row.date, column)).length;
      return [
        one && `${actorTitle(sides[0])} ${number(one.score, "none")}`,
        other && `${actorTitle(sides[1])} ${number(other.score, "none")}`,
        t("talks.new", { n: fresh_ }),
      ]
        .filter(Boolean)
        .join(", ");
    },
    open: (column) => issueWords(talks, issue, column, rows, sides),
  };
}

/** The gap between two steps. @param {any[]} one @param {any[]} other @param {(score: number) => number} y */
function gaps(one, other, y) {
  const found = [];
  for (const a of one)
    for (const d of other) {
      const [from, to] = [Math.max(a.from, d.from), Math.min(a.to, d.to)];
      if (to <= from) continue;
      const [top, low] = [y(Math.max(a.row.score, d.row.score)), y(Math.min(a.row.score, d.row.score))];
      found.push(
        g("rect", { class: "gap", x: `${from}%`, width: `${to - from}%`, y: top, height: Math.max(low - top, 0) }),
      );
    }
  return found;
}

/** What a cell of an issue holds: where each stands, new positions, the scale and who coded it. @param {any} talks @param {string} issue @param {Column} column @param {any[]} rows @param {string[]} sides */
function issueWords(talks, issue, column, rows, sides) {
  const month =
    column.months === 1
      ? column.from
      : talks.months.filter((/** @type {string} */ each) => before(each, column)).at(-1);
  const apart = talks.progress.distance[issue]?.[talks.months.indexOf(month)];
  const fresh_ = rows.filter((row) => within(row.date, column));
  const actors = [...sides, ...new Set(rows.map((row) => row.actor).filter((actor) => !sides.includes(actor)))];
  const earlier = actors
    .map((actor) => rows.filter((row) => row.actor === actor && before(row.date, column)).at(-1))
    .filter((row) => row && !fresh_.includes(row));
  const scale = talks.scales?.[issue];
  return [
    h(
      "p",
      {},
      apart === null || apart === undefined
        ? t("talks.apart.unknown")
        : t("talks.apart.then", { n: number(apart, "none") }),
    ),
    scale
      ? h(
          "details",
          { class: "more small" },
          h("summary", {}, t("talks.scale")),
          english_text(scale.definition, "p"),
          h(
            "dl",
            { class: "anchors" },
            scale.anchors
              .map((/** @type {string} */ words, /** @type {number} */ at) => [
                h("dt", {}, plain(at / 2)),
                h("dd", {}, english_text(words)),
              ])
              .flat(),
          ),
        )
      : null,
    fresh_.length
      ? [
          h("h3", {}, t("talks.stated")),
          h(
            "ul",
            { class: "entries" },
            fresh_.map((row) => positionWords(talks, row)),
          ),
        ]
      : null,
    earlier.length
      ? [
          h("h3", {}, t("talks.standing")),
          h(
            "ul",
            { class: "entries" },
            earlier.map((row) => positionWords(talks, row)),
          ),
        ]
      : null,
  ].flat();
}

/** @param {any} talks @param {any} row */
function positionWords(talks, row) {
  const others = Object.entries(talks.further ?? {}).map(([name, rows]) => [
    name,
    rows.find(
      (/** @type {any} */ each) => each.date === row.date && each.actor === row.actor && each.issue === row.issue,
    ),
    talks.coders[name],
  ]);
  return h(
    "li",
    {},
    h("p", {}, h("b", {}, actorTitle(row.actor)), h("span", { class: "muted num" }, ` · ${dayWords(row.date)}`)),
    english_text(row.position, "p"),
    h(
      "dl",
      { class: "coding" },
      h("dt", {}, t("talks.coder.first", { name: named(`talks.coder.${talks.coder}`, talks.coder) })),
      h("dd", { class: "num" }, `${number(row.score, "none")} (${range(row.low, row.high, "none")})`),
      others.length
        ? others
            .map(([name, other, about]) => [
              h("dt", {}, t("talks.coder.further", { name })),
              h("dd", { class: "num" }, other ? number(other.score, "none") : "–"),
              h("dt", {}, t("talks.agreement")),
              h(
                "dd",
                { class: "num" },
                about?.weighted_kappa === null || about?.weighted_kappa === undefined
                  ? "–"
                  : t("talks.kappa", { kappa: number(about.weighted_kappa, "none"), n: about.rows }),
              ),
            ])
            .flat()
        : [h("dt", {}, t("talks.coder.second")), h("dd", {}, t("talks.coder.none"))],
    ),
    sourceWords(row),
  );
}

/** How to read the marks. @param {any} talks */
function legend(talks) {
  const key = (/** @type {string} */ path, /** @type {string} */ look, /** @type {string} */ words) =>
    h(
      "li",
      {},
      g(
        "svg",
        { class: "marks key", width: 22, height: 20, "aria-hidden": "true" },
        g("g", { transform: "translate(11 10)" }, g("path", { d: path, class: look })),
      ),
      words,
    );
  const { a, d } = talks.parties;
  return [
    h("h2", {}, t("talks.legend")),
    h("p", { class: "small" }, t("talks.legend.about")),
    h(
      "details",
      { class: "more", open: !matchMedia("(max-width: 75rem)").matches },
      h("summary", {}, t("talks.legend.marks")),
      h(
        "ul",
        { class: "keys" },
        key(HELD, "held", t("talks.legend.held")),
        key(HELD, "outside", t("talks.legend.outside")),
        key(CROSS, "broken", t("talks.legend.broken")),
        key(UP, "up", t("talks.legend.up")),
        key(DOWN, "down", t("talks.legend.down")),
        key(DOT, "level", t("talks.legend.level")),
        key(DOT, "sideA", t("talks.legend.side", { name: actorTitle(a) })),
        key(DIAMOND, "sideD", t("talks.legend.side", { name: actorTitle(d) })),
        key("M-2.5 -2.5 h5 v5 h-5 Z", "others", t("talks.legend.others")),
        key("M-8 -5 h16 v10 h-16 Z", "gap", t("talks.legend.gap")),
      ),
      h("p", { class: "small muted" }, t("talks.legend.scale", { a: actorTitle(a), d: actorTitle(d) })),
    ),
    h("p", { class: "small muted" }, t("talks.legend.keys")),
  ];
}

/** The record as plain tables. @param {any} talks */
function tables(talks) {
  const quality = (/** @type {any} */ row) => named(`quality.short.${row.quality}`, row.quality);
  const fold = (/** @type {string} */ words, /** @type {() => Node} */ make) => {
    const node = h("details", { class: "more" }, h("summary", {}, words));
    node.addEventListener("toggle", () => node.open && node.childElementCount === 1 && node.append(make()));
    return node;
  };
  return h(
    "div",
    { class: "stack tight" },
    fold(t("talks.table.rounds", { n: talks.rounds.length }), () =>
      dataTable({
        caption: t("talks.process"),
        numeric: false,
        heads: [
          t("talks.head.when"),
          t("talks.head.where"),
          t("talks.head.format"),
          t("talks.head.outcome"),
          t("talks.head.product"),
          t("talks.head.quality"),
        ],
        rows: talks.rounds.map((/** @type {any} */ row) => [
          daySpan(row.start, row.end),
          english_text(row.place),
          row.track === "break"
            ? t("talks.format.broken")
            : row.contact
              ? t(`talks.contact.${row.contact}`)
              : t("talks.format.outside"),
          english_text(row.outcome),
          named(`talks.product.${row.deliverable_class}`, row.deliverable_class),
          quality(row),
        ]),
      }),
    ),
    fold(t("talks.table.positions", { n: talks.positions.length }), () =>
      dataTable({
        caption: t("talks.positions"),
        numeric: false,
        heads: [
          t("talks.head.when"),
          t("talks.head.issue"),
          t("talks.head.who"),
          t("talks.head.position"),
          t("talks.head.score"),
          t("talks.head.quality"),
        ],
        rows: talks.positions.map((/** @type {any} */ row) => [
          dayWords(row.date),
          issueTitle(talks, row.issue),
          actorTitle(row.actor),
          english_text(row.position),
          `${number(row.score, "none")} (${range(row.low, row.high, "none")})`,
          quality(row),
        ]),
      }),
    ),
    fold(t("talks.table.events", { n: talks.events.length }), () =>
      dataTable({
        caption: t("talks.pressure"),
        numeric: false,
        heads: [
          t("talks.head.when"),
          t("talks.head.by"),
          t("talks.head.on"),
          t("talks.head.kind"),
          t("talks.head.act"),
          t("talks.head.quality"),
        ],
        rows: talks.events.map((/** @type {any} */ row) => [
          dayWords(row.date),
          actorTitle(row.sender),
          actorTitle(row.target),
          `${t(`talks.through.${row.kind}`)}, ${t(row.direction > 0 ? "talks.more" : row.direction < 0 ? "talks.less" : "talks.level")}`,
          english_text(row.description),
          quality(row),
        ]),
      }),
    ),
  );
}

/** How far the sides came nearer on each issue while each series of talks was open; process stands in rows of its own. @param {any} talks */
function moved(talks) {
  const windows = talks.windows.length > 1 ? talks.windows.slice(1) : talks.windows;
  if (!windows.length) return null;
  const issues = Object.keys(talks.issues).filter((issue) =>
    windows.some((/** @type {any} */ each) => issue in each.progress_by_issue),
  );
  const signed = (/** @type {number|null|undefined} */ value) =>
    value === null || value === undefined
      ? h("span", { class: "muted" }, "–")
      : number(value, "none", { signed: true });
  const products = [...new Set(windows.flatMap((/** @type {any} */ each) => Object.keys(each.deliverables)))].map(
    String,
  );
  const caption = t("talks.moved");
  const section = (/** @type {string} */ key) =>
    h("tr", { class: "part" }, h("th", { scope: "colgroup", colspan: windows.length + 1 }, t(`talks.part.${key}`)));
  const line = (/** @type {Node|string} */ name, /** @type {(window: any) => any} */ cell) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      windows.map((/** @type {any} */ each) => h("td", { class: "n" }, cell(each))),
    );
  const kept_ = talks.fulfilment_rate;
  return h(
    "section",
    { class: "stack" },
    h("h2", {}, caption),
    h("p", { class: "prose" }, t("talks.moved.about")),
    scrolled(
      caption,
      h(
        "table",
        { class: "windows" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, t("talks.series")),
            windows.map((/** @type {any} */ each) =>
              h("th", { scope: "col", class: "n" }, daySpan(each.start, each.end)),
            ),
          ),
        ),
        h(
          "tbody",
          {},
          section("process"),
          line(t("talks.sessions"), (each) => plain(each.process.equal)),
          line(t("talks.both_met"), (each) => plain(each.process.enemies_met)),
          section("progress"),
          issues.map((issue) => line(issueTitle(talks, issue), (each) => signed(each.progress_by_issue[issue]))),
          section("products"),
          products.map((name) =>
            line(named(`talks.product.${name}`, name), (each) =>
              each.deliverables[name] ? plain(each.deliverables[name]) : h("span", { class: "muted" }, "–"),
            ),
          ),
        ),
      ),
    ),
    kept_?.value === null || kept_?.value === undefined
      ? null
      : h(
          "p",
          { class: "prose" },
          t("talks.kept", { n: of100(kept_.value), low: of100(kept_.low), high: of100(kept_.high) }),
          " ",
          Object.entries(kept_.products)
            .map(([name, n]) => `${named(`talks.carried.${name}`, name)}: ${plain(n)}`)
            .join(", "),
          ".",
        ),
  );
}

/** Acts of pressure in months with and without talks. @param {any} talks */
function overlap(talks) {
  if (!talks.overlap.length) return null;
  return h(
    "section",
    { class: "stack" },
    h("h2", {}, t("talks.overlap")),
    h(
      "p",
      { class: "prose" },
      t("talks.overlap.about", { share: percent(talks.overlap[0].share_of_months_with_talks) }),
    ),
    dataTable({
      caption: t("talks.overlap.caption"),
      texts: 2,
      heads: [
        t("talks.head.by"),
        t("talks.head.on"),
        t("talks.tight.with"),
        t("talks.tight.quiet"),
        t("talks.eased.with"),
        t("talks.eased.quiet"),
        t("talks.correlation"),
      ],
      rows: talks.overlap.map((/** @type {any} */ each) => [
        [
          actorTitle(each.sender),
          h("small", {}, each.kinds.map((/** @type {string} */ kind) => t(`talks.through.${kind}`)).join(", ")),
        ],
        actorTitle(each.target),
        plain(each.tightened.with_talks),
        plain(each.tightened.quiet),
        plain(each.eased.with_talks),
        plain(each.eased.quiet),
        each.correlation === null ? "–" : number(each.correlation, "none", { signed: true }),
      ]),
    }),
  );
}

const SEEN = { yes: "●", no: "○", unread: "·" };

/** Signals of talks for other ends, for every party alike, each with its innocent reading. @param {any} talks */
function signals(talks) {
  const parties = Object.keys(talks.signals);
  if (!parties.length) return null;
  const all = new Map();
  for (const windows of Object.values(talks.signals))
    for (const window of windows) for (const each of window) if (!all.has(each.signal)) all.set(each.signal, each);
  const says = (/** @type {any} */ each) =>
    each?.present === true ? "yes" : each?.present === false ? "no" : "unread";
  const windows = talks.windows.slice(1);
  const cell = (/** @type {string} */ party, /** @type {string} */ signal) => {
    const found = talks.signals[party].map((/** @type {any[]} */ window) =>
      window.find((each) => each.signal === signal),
    );
    if (found.every((/** @type {any} */ each) => !each))
      return h(
        "td",
        { "data-head": actorTitle(party) },
        h("span", { class: "muted" }, "–"),
        h("span", { class: "sr" }, t("talks.signal.not_asked")),
      );
    return h(
      "td",
      { class: "seen", "data-head": actorTitle(party) },
      found.map((/** @type {any} */ each, /** @type {number} */ at) =>
        h(
          "span",
          {
            class: says(each),
            title: windows[at]
              ? `${daySpan(windows[at].start, windows[at].end)}: ${t(`talks.signal.${says(each)}`)}`
              : null,
          },
          h("span", { "aria-hidden": "true" }, SEEN[says(each)]),
          h(
            "span",
            { class: "sr" },
            `${windows[at] ? daySpan(windows[at].start, windows[at].end) : ""}: ${t(`talks.signal.${says(each)}`)}; `,
          ),
        ),
      ),
    );
  };
  const caption = t("talks.signals");
  return h(
    "section",
    { class: "stack" },
    h("h2", {}, caption),
    h("p", { class: "prose" }, t("talks.signals.about")),
    h(
      "p",
      { class: "small muted starts" },
      ["yes", "no", "unread"].map((key) =>
        h("span", {}, `${/** @type {any} */ (SEEN)[key]} ${t(`talks.signal.${key}`)}`),
      ),
      h("span", {}, t("talks.signals.order")),
    ),
    scrolled(
      caption,
      h(
        "table",
        { class: "signals" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, t("talks.signal")),
            parties.map((party) => h("th", { scope: "col" }, actorTitle(party))),
            h("th", { scope: "col" }, t("talks.innocent")),
          ),
        ),
        h(
          "tbody",
          {},
          [...all.values()].map((each) =>
            h(
              "tr",
              {},
              h(
                "th",
                { scope: "row" },
                has(`talks.signal.${each.signal}.label`)
                  ? t(`talks.signal.${each.signal}.label`)
                  : english_text(each.label),
              ),
              parties.map((party) => cell(party, each.signal)),
              h(
                "td",
                { "data-head": t("talks.innocent") },
                has(`talks.signal.${each.signal}.innocent`)
                  ? t(`talks.signal.${each.signal}.innocent`)
                  : english_text(each.innocent_reading),
              ),
            ),
          ),
        ),
      ),
    ),
    h("h3", {}, t("talks.ends")),
    h("p", { class: "prose" }, t("talks.ends.about")),
    rangeRows({
      caption: t("talks.ends.caption"),
      unit: "share",
      domain: [0, 1],
      heads: [t("talks.head.who"), t("talks.ends")],
      rows: Object.entries(talks.posterior_insincere).map(([party, each]) => {
        const stat = {
          unit: "share",
          p05: each.low,
          p50: each.posterior[Math.floor(each.posterior.length / 2)],
          p95: each.high,
        };
        return {
          name: actorTitle(party),
          stat,
          look: "quo",
          note: `${named(`talks.verdict.${each.verdict}`, each.verdict)} · ${t("talks.signals.read", { n: each.signals_read })}`,
          words: chance(stat),
        };
      }),
    }),
  );
}

/** Talks simulated under policies, beside the last year of the record; asked for by hand, as they take a while. @param {State} state */
function simulated(state) {
  let abort = new AbortController();
  const picker = policyPicker(state, simulatedOf);
  const answer = h("div", { class: "stack", tabindex: -1 });
  function measure() {
    abort.abort();
    abort = new AbortController();
    const about = `case=${encodeURIComponent(state.question.case)}&policies=${simulatedOf(state).join(",")}`;
    const { node, begin } = longAnswer(abort, {
      path: `/api/v1/talks?v=1&${about}`,
      stopped: t("talks.simulated.stopped"),
      drawn(document) {
        put(answer, simulatedTable(state, document));
        answer.focus();
      },
      again: measure,
    });
    put(answer, node);
    begin();
  }
  const node = h(
    "section",
    { class: "stack" },
    h("h2", {}, t("talks.simulated")),
    h("p", { class: "prose" }, t("talks.simulated.about")),
    picker.node,
    h(
      "div",
      { class: "row-of" },
      h("button", { type: "button", onclick: measure }, t("talks.simulated.measure")),
      h("span", { class: "small muted" }, t("talks.simulated.takes")),
    ),
    answer,
  );
  return {
    node,
    leave() {
      abort.abort();
      picker.leave();
    },
  };
}

/** The status quo, the policy that was started from, and those beside. @param {State} state */
const simulatedOf = ({ schema, question }) => [...new Set([schema.reference, question.from, ...question.beside])];

/** @param {State} state @param {any} talks */
function simulatedTable(state, talks) {
  const line = (/** @type {Node|string} */ name, /** @type {any} */ each) => [
    name,
    plain(each.months),
    number(each.process, "none"),
    each.progress.value === null
      ? "–"
      : `${number(each.progress.value, "none", { signed: true })} (${range(each.progress.low, each.progress.high, "none", { signed: true })})`,
    plain(each.months_with_both),
    percent(each.still_at_war),
  ];
  return dataTable({
    caption: t("talks.simulated"),
    heads: [
      t("policy"),
      t("talks.head.months"),
      t("talks.simulated.months"),
      t("talks.nearer"),
      t("talks.together"),
      t("talks.simulated.war"),
    ],
    rows: [
      line(t("record"), talks.record_beside),
      ...Object.keys(talks.simulated).map((name) => line(policyTitle(state, name), talks.simulated[name])),
    ],
  });
}
