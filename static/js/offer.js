// One person with two tabs can try a conversation: the second tab is asked, quietly, whether it
// wants to be somebody else; whoever is somebody else finds the way back beside the name.

import { byId } from "./element.js";
import { keep, recall, storage } from "./storage.js";

const DECLINED = "declined";

export class Offer {
  /** @param {{accept: () => void, comeBack: () => void}} acts */
  constructor({ accept, comeBack }) {
    byId("be-somebody").addEventListener("click", accept);
    byId("stay").addEventListener("click", () => this.#decline());
    byId("be-myself").addEventListener("click", comeBack);
  }

  /**
   * @param {boolean} second whether this is a second tab of the same person
   * @param {boolean} alone whether this tab is somebody else
   */
  show(second, alone) {
    const declined = recall(DECLINED, storage("sessionStorage"));
    byId("second-tab").hidden = !second || Boolean(declined);
    byId("alone").hidden = !alone;
  }

  #decline() {
    keep(DECLINED, "yes", storage("sessionStorage"));
    byId("second-tab").hidden = true;
    byId("say").focus();
  }
}
