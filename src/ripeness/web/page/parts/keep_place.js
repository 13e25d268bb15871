// What a reader had opened, focused and scrolled to stays so when a region is drawn again with newer numbers.

/** @param {HTMLElement} region @param {() => void} redraw */
export function keepPlace(region, redraw) {
  const openers = () => /** @type {HTMLElement[]} */ ([...region.querySelectorAll("button[aria-expanded]")]);
  const stops = () =>
    /** @type {HTMLElement[]} */ ([...region.querySelectorAll("button, a, input, select, [tabindex]")]);
  const scrolls = () => /** @type {HTMLElement[]} */ ([...region.querySelectorAll(".scroll")]);
  const open = openers().map((each) => each.getAttribute("aria-expanded") === "true");
  const focused = stops().findIndex((each) => each === document.activeElement);
  const across = scrolls().map((each) => each.scrollLeft);
  redraw();
  openers().forEach((each, at) => open[at] && each.click());
  scrolls().forEach((each, at) => across[at] && (each.scrollLeft = across[at]));
  if (focused >= 0) stops()[focused]?.focus({ preventScroll: true });
}
