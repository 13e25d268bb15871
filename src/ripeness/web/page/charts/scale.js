// Geometry shared by charts: their size beside the text, round ticks, ranges that hold still, labels that do not touch.

const USUAL_TEXT = 16;

/** Width of a chart in its own units, which grow with the reader's size of text. @param {number} pixels */
export const inUnits = (pixels) =>
  Math.round((pixels * USUAL_TEXT) / parseFloat(getComputedStyle(document.documentElement).fontSize));

/** Height of a chart on the page, of its height in units. @param {SVGElement} svg @param {number} units */
export function setHeight(svg, units) {
  svg.style.height = `${units / USUAL_TEXT}rem`;
}

/** Round values from low to high, about so many. @param {number} low @param {number} high @param {number} count */
export function ticks(low, high, count) {
  const span = high - low || 1;
  const raw = span / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= raw * 0.999) ?? power * 10;
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-9; at += step)
    found.push(Number(at.toPrecision(12)));
  return found;
}

/** Ends of an axis: room for all values, zero in sight where it is near. @param {Iterable<number>} values @returns {[number, number]} */
export function extent(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!Number.isFinite(low)) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  if (low >= 0 && low < 0.4 * high) return [0, high + room];
  return [low - room, high + room];
}

/** An axis grows to whole ticks. @param {[number, number]} ends @param {number} count @returns {[number, number]} */
export function rounded([low, high], count) {
  const [first, second] = ticks(low, high, count);
  const step = second - first || high - low;
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

/**
 * Whether an axis must change: values leave it, or fill less than half of it.
 * @param {[number, number]} kept @param {[number, number]} needed
 */
export function outgrown(kept, needed) {
  const room = (kept[1] - kept[0]) * 0.001;
  return needed[0] < kept[0] - room || needed[1] > kept[1] + room || needed[1] - needed[0] < 0.5 * (kept[1] - kept[0]);
}
