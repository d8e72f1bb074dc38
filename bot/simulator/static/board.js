// The board of controls: the clock, new people, the page's language, starting over.

import { confirmed } from "./boxes.js";
import { icon, make } from "./dom.js";
import { post } from "./server.js";
import { clockTime, language, localInput, longDate, shortMoment, speak, t, tOr } from "./texts.js";

const find = (selector) => document.querySelector(selector);

export class Board {
  /** `acts`: newPerson(phone), spoken(), say(text, quietly), failed(error). */
  constructor(acts) {
    this.acts = acts;
    this.ahead = 0; // how far the simulated clock is ahead of this machine's, in milliseconds
    this.toggle = find(".board-toggle");
    this.toggle.addEventListener("click", () => this.open(this.toggle.getAttribute("aria-expanded") !== "true"));
    for (const button of document.querySelectorAll("[data-forward]")) {
      const step = { seconds: Number(button.dataset.forward) };
      button.addEventListener("click", () => this.forward(button, step).catch(this.acts.failed));
    }
    find(".moment").addEventListener("submit", (event) => this.onMoment(event));
    find(".moment input").addEventListener("input", () => this.momentError(""));
    find(".reset").addEventListener("click", () => this.onReset());
    for (const button of document.querySelectorAll("[data-language]")) {
      button.addEventListener("click", () => this.onLanguage(button.dataset.language));
    }
    setInterval(() => this.tick(), 1000);
  }

  open(open) {
    this.toggle.setAttribute("aria-expanded", open);
    find(".board-body").classList.toggle("open", open);
  }

  get now() {
    return new Date(Date.now() + this.ahead);
  }

  setClock(now) {
    this.ahead = now * 1000 - Date.now();
    this.tick();
    const field = find(".moment input");
    if (field !== document.activeElement) field.value = localInput(new Date(this.now.getTime() + 3600e3));
  }

  tick() {
    const { now } = this;
    const faces = { time: clockTime(now), date: longDate(now), short: shortMoment(now) };
    for (const face of document.querySelectorAll("[data-clock]")) {
      const text = faces[face.dataset.clock];
      if (face.textContent === text) continue;
      face.textContent = text;
      face.dateTime = now.toISOString();
    }
  }

  async forward(button, step) {
    button.disabled = true;
    try {
      const { now } = await post("clock", step);
      this.setClock(now);
      this.acts.say(t("moved", { time: clockTime(this.now), date: longDate(this.now) }), true);
    } finally {
      button.disabled = false;
      button.focus({ preventScroll: true });
    }
  }

  momentError(text) {
    find("#moment-error").textContent = text;
    find(".moment input").setAttribute("aria-invalid", Boolean(text));
  }

  async onMoment(event) {
    event.preventDefault();
    const button = find(".moment button");
    try {
      await this.forward(button, { moment: find(".moment input").value });
      this.momentError("");
      find(".moment input").value = localInput(new Date(this.now.getTime() + 3600e3));
    } catch (error) {
      this.momentError(t(error.message));
      find(".moment input").focus();
    }
  }

  async onReset() {
    if (!(await confirmed(t("resetTitle"), t("resetText"), t("reset")))) return;
    await post("reset").catch(this.acts.failed);
  }

  onLanguage(code) {
    localStorage.setItem("language", code);
    speak(code);
    this.acts.spoken();
    this.retext();
  }

  retext() {
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", button.dataset.language === language);
    }
    this.tick();
  }

  showPeople(phones) {
    find(".people-buttons").replaceChildren(
      ...phones.map((phone) =>
        make(
          "button",
          { class: "button", type: "button", onclick: () => this.acts.newPerson(phone) },
          icon("person"),
          tOr(`another_${phone.role}`, t("another", { title: phone.role })),
        ),
      ),
    );
  }
}
