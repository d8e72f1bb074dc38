// Boxes over the page: questions and alerts, and the enlarged picture. Focus returns to where it was.

import { t } from "./texts.js";

const ask = () => document.querySelector("dialog.ask");
const viewer = () => document.querySelector("dialog.viewer");
let queue = Promise.resolve();

function open(box) {
  const before = document.activeElement;
  box.returnValue = "";
  box.showModal();
  return new Promise((resolve) => {
    box.addEventListener("close", () => {
      if (before?.isConnected) before.focus({ preventScroll: true });
      resolve(box.returnValue);
    }, { once: true });
  });
}

function show(title, text, { question, yes }) {
  const box = ask();
  box.querySelector("h2").textContent = title;
  box.querySelector("p").textContent = text;
  box.querySelector('[value="no"]').hidden = !question;
  box.querySelector('[value="yes"]').textContent = yes;
  return open(box);
}

/** Ask before something that cannot be undone. */
export function confirmed(title, text, yes) {
  return show(title, text, { question: true, yes }).then((answer) => answer === "yes");
}

/** What a bot wants to be read before anything else; one box at a time. */
export function alertBox(title, text) {
  queue = queue.then(() => show(title, text, { question: false, yes: t("ok") }));
  return queue;
}

export function enlarge(address, text) {
  const box = viewer();
  box.querySelector("img").src = address;
  box.querySelector("img").alt = text;
  box.querySelector("p").textContent = text;
  return open(box);
}

/** A click beside a box closes it. */
export function prepareBoxes() {
  for (const box of [ask(), viewer()]) {
    box.addEventListener("click", (event) => event.target === box && box.close());
  }
}
