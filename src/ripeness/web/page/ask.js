// Questions to the server. Only the newest answer is ever drawn; a server that is gone is waited for.

/** What went wrong, in the words of the server where it gave some. */
export class Failure extends Error {
  /** @param {"offline"|"refused"|"failed"|"busy"} kind @param {string} problem @param {any} [document] */
  constructor(kind, problem, document) {
    super(problem);
    this.kind = kind;
    this.document = document;
  }
}

const CLIENT = Math.random().toString(36).slice(2, 12);

/**
 * The document of an address. Failure where there is none; AbortError where it is no longer wanted.
 * @param {string} path @param {{signal?: AbortSignal, method?: string, body?: BodyInit}} [how]
 * @returns {Promise<{document: any, status: number, retry: number}>}
 */
export async function ask(path, how = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...how, headers: { accept: "application/json", "x-client": CLIENT } });
  } catch (cause) {
    if (how.signal?.aborted) throw cause;
    throw new Failure("offline", String(cause));
  }
  let document;
  try {
    document = await answer.json();
  } catch (cause) {
    if (how.signal?.aborted) throw cause;
    throw new Failure(answer.ok ? "offline" : "failed", `${answer.status} ${answer.statusText}`);
  }
  if (!answer.ok) {
    const kind = answer.status === 503 || answer.status === 429 ? "busy" : answer.status < 500 ? "refused" : "failed";
    throw new Failure(kind, document.problem ?? String(answer.status), document);
  }
  return { document, status: answer.status, retry: Number(answer.headers.get("retry-after") ?? 1) };
}

const STALE_AFTER = 150;

/**
 * A line to one address. While a lever moves, at most one question is out and one waits; an answer to a question
 * that is no longer asked is drawn only while the lever still moves, and never after a newer one.
 * @param {{path: (query: string) => string, drawn: (document: any, query: string) => void,
 *   failed: (failure: Failure, query: string) => void, busy: (since: number|null) => void}} line
 */
export function makeLine(line) {
  /** @type {{query: string, abort: AbortController, began: number}|null} */
  let out = null;
  let wanted = "";
  let moving = false;

  async function send() {
    const mine = { query: wanted, abort: new AbortController(), began: performance.now() };
    out = mine;
    line.busy(mine.began);
    try {
      const { document } = await ask(line.path(mine.query), { signal: mine.abort.signal });
      if (out !== mine) return;
      out = null;
      if (mine.query === wanted || moving) line.drawn(document, mine.query);
      if (mine.query !== wanted) send();
      else line.busy(null);
    } catch (cause) {
      if (out !== mine) return;
      out = null;
      line.busy(null);
      if (cause instanceof Failure) line.failed(cause, mine.query);
      else if (!mine.abort.signal.aborted) throw cause;
    }
  }

  return {
    /** Ask; `drag` while a lever is being moved. @param {string} query @param {boolean} [drag] @param {boolean} [again] */
    want(query, drag = false, again = false) {
      moving = drag;
      if (query === wanted && !again) return;
      wanted = query;
      if (out && drag && performance.now() - out.began < STALE_AFTER) return;
      out?.abort.abort();
      send();
    },
    /** Stop what is out. */
    cancel() {
      out?.abort.abort();
      out = null;
      wanted = "";
      line.busy(null);
    },
    get asked() {
      return wanted;
    },
  };
}

/**
 * Ask again and again until the document is whole (202 says that it is not yet).
 * @param {string} path @param {AbortSignal} signal @param {(document: any, whole: boolean) => void} told
 */
export async function askUntilWhole(path, signal, told) {
  for (;;) {
    const { document, status, retry } = await ask(path, { signal });
    if (signal.aborted) return;
    told(document, status !== 202);
    if (status !== 202) return;
    await new Promise((done) => setTimeout(done, Math.max(retry, 0.5) * 1000));
  }
}
