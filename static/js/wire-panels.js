// The strip's tools are folded away until asked for, one at a time.

import { byId } from "./element.js";

/** @param {(panel: string) => void} opened called with the id of a panel that was just opened */
export function enablePanels(opened) {
  const buttons = [...document.querySelectorAll(".wire-tools [aria-controls]")];
  const show = (button, open) => {
    const panel = button.getAttribute("aria-controls");
    button.setAttribute("aria-expanded", String(open));
    byId(panel).hidden = !open;
    if (open) opened(panel);
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const open = byId(button.getAttribute("aria-controls")).hidden;
      for (const other of buttons) show(other, other === button && open);
    });
  }
}
