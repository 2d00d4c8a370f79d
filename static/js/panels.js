// Tools are folded away until asked for, one at a time.

import { byId } from "./element.js";

/**
 * @param {string} selector where the buttons are; each names its panel by aria-controls
 * @param {(panel: string) => void} [opened] called with the id of a panel that was just opened
 * @returns {(panel: string) => void} opens a panel, whatever was open
 */
export function enablePanels(selector, opened = () => {}) {
  const buttons = [...document.querySelectorAll(`${selector} [aria-controls]`)];
  const panelOf = (button) => button.getAttribute("aria-controls");
  const show = (button, open) => {
    button.setAttribute("aria-expanded", String(open));
    byId(panelOf(button)).hidden = !open;
    if (open) opened(panelOf(button));
  };
  const choose = (chosen) => {
    for (const button of buttons) show(button, panelOf(button) === chosen);
  };
  for (const button of buttons) {
    const panel = panelOf(button);
    button.addEventListener("click", () => choose(byId(panel).hidden ? panel : null));
  }
  return choose;
}
