// What is chosen in one view for another, for as long as the page is open; links do not carry it.

/** @type {{claim: string|null}} the claim that conditions are asked for */
export const choice = { claim: null };
