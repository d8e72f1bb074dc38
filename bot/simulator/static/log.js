// The conversation: messages in order with the days between them, kept where the reader's eyes and focus are.

import { calmly, make } from "./dom.js";
import { MessageView } from "./message.js";
import { longDate } from "./texts.js";

const NEAR = 60; // this many pixels from the end still counts as being at the end
const FOLLOW = 4000; // so long after a press, focus may follow to the message that answers it

export class Log {
  constructor(acts, onEnd) {
    this.acts = acts;
    this.onEnd = onEnd; // told whether the end of the conversation is in view
    this.views = new Map();
    this.atEnd = true;
    this.seekFocus = 0;
    this.slack = make("div", { "aria-hidden": "true", class: "slack" });
    this.dots = make("div", { class: "dots", "aria-hidden": "true", hidden: true }, make("i"), make("i"), make("i"));
    this.root = make("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
    new ResizeObserver(() => this.resized()).observe(this.root);
    this.root.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.root.addEventListener("scrollend", () => (this.moving = false), { passive: true });
    for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
      this.root.addEventListener(kind, () => (this.moving = false), { passive: true });
    }
  }

  /** Show another conversation, all at once and without reading it aloud. */
  fill(messages) {
    this.root.setAttribute("aria-live", "off");
    this.views.clear();
    this.root.replaceChildren(this.dots, this.slack);
    for (const message of messages) this.add(message);
    this.separate();
    this.toEnd("instant");
    setTimeout(() => this.root.setAttribute("aria-live", "polite"), 500);
  }

  /** Bring an already shown conversation up to date. */
  sync(messages) {
    const ids = new Set(messages.map((message) => message.message_id));
    for (const id of [...this.views.keys()]) if (!ids.has(id)) this.remove(id);
    for (const message of messages) this.put(message);
  }

  put(message) {
    const view = this.views.get(message.message_id);
    if (view) this.change(view, message);
    else this.arrive(message);
  }

  add(message) {
    const view = new MessageView(message, this.acts);
    const later = [...this.views.keys()].filter((id) => id > message.message_id);
    const before = later.length ? this.views.get(Math.min(...later)).root : this.dots;
    this.views.set(message.message_id, view);
    this.root.insertBefore(view.root, before);
    return view;
  }

  arrive(message) {
    const follow = this.atEnd || !message.from.is_bot;
    const view = this.add(message);
    this.separate();
    if (follow) {
      this.slack.style.height = "0";
      this.show(view.root);
    } else this.onEnd(false);
    if (message.from.is_bot && Date.now() - this.seekFocus < FOLLOW && this.focusIsLost()) this.focus(view);
  }

  change(view, message) {
    const anchor = this.visible(view.root) ? view.root : this.firstVisible();
    const before = anchor?.getBoundingClientRect().top;
    const pressed = view.keys.contains(document.activeElement) ? document.activeElement : null;
    const { data, shown } = pressed?.dataset ?? {};
    const reworded = view.update(message);
    this.separate();
    if (pressed) this.keepFocus(view, pressed, data ?? shown, reworded);
    if (anchor) this.hold(anchor, before);
    if (pressed && reworded && this.beginsAbove(view.root)) this.toStart(view.root);
    else if (this.atEnd && anchor === view.root) this.reveal(view.root);
  }

  remove(id) {
    const view = this.views.get(id);
    if (!view) return;
    const held = view.root.contains(document.activeElement);
    const anchor = this.visible(view.root) ? null : this.firstVisible();
    const before = anchor?.getBoundingClientRect().top;
    view.root.remove();
    this.views.delete(id);
    this.separate();
    if (anchor) this.hold(anchor, before);
    if (!held) return;
    this.seekFocus = Date.now();
    const last = [...this.views.values()].at(-1);
    if (last) this.focus(last);
    else this.root.focus({ preventScroll: true });
  }

  /** Focus stays on the pressed place while the same button is there, or moves to the message itself. */
  keepFocus(view, pressed, data, reworded) {
    const keys = [...view.keys.querySelectorAll(".key")];
    const same = keys.find((key) => (key.dataset.data ?? key.dataset.shown) === data);
    if (same) same.focus({ preventScroll: true });
    else if (reworded || !keys.includes(pressed)) this.focus(view);
    if (!keys.length) this.seekFocus = Date.now();
  }

  focus(view) {
    this.seeker = view.root;
    view.root.focus({ preventScroll: true });
  }

  focusIsLost() {
    return document.activeElement === document.body || document.activeElement === this.seeker || document.activeElement === this.root;
  }

  // Scrolling

  scrolled() {
    if (this.moving) return;
    this.atEnd = this.root.scrollHeight - this.slack.offsetHeight - this.root.scrollTop - this.root.clientHeight < NEAR;
    if (this.atEnd) this.onEnd(true);
  }

  /** A keyboard or a sheet came from below: what was being read stays above it. */
  resized() {
    const last = [...this.views.values()].at(-1);
    if (last && this.atEnd) this.reveal(last.root, this.moving ? undefined : "instant");
  }

  visible(element) {
    const [box, frame] = [element.getBoundingClientRect(), this.root.getBoundingClientRect()];
    return box.height > 0 && box.bottom > frame.top && box.top < frame.bottom;
  }

  firstVisible() {
    return [...this.views.values()].map((view) => view.root).find((root) => this.visible(root));
  }

  /** After a change, put an element back where it was; spare room at the end keeps it possible. */
  hold(element, top) {
    const { root, slack } = this;
    slack.style.height = "0";
    const wanted = Math.max(0, root.scrollTop + element.getBoundingClientRect().top - top);
    slack.style.height = `${Math.max(0, wanted + root.clientHeight - root.scrollHeight)}px`;
    root.scrollTop = wanted;
  }

  /** Scroll as little as shows the element's end, but never past its beginning. */
  reveal(element, behavior) {
    const [box, frame] = [element.getBoundingClientRect(), this.root.getBoundingClientRect()];
    const hidden = box.bottom + 12 - frame.bottom;
    const room = box.top - frame.top - 12;
    const by = Math.min(hidden, room);
    if (by > 1) this.scrollTo(this.root.scrollTop + by, behavior);
  }

  beginsAbove(element) {
    return element.getBoundingClientRect().top < this.root.getBoundingClientRect().top;
  }

  /** The press of a button brought a new text: it is read from its beginning. */
  toStart(element) {
    this.slack.style.height = "0";
    this.scrollTo(this.root.scrollTop + element.getBoundingClientRect().top - this.root.getBoundingClientRect().top - 12);
  }

  show(element) {
    const [box, frame] = [element.getBoundingClientRect(), this.root.getBoundingClientRect()];
    if (box.height + 24 > frame.height) this.scrollTo(this.root.scrollTop + box.top - frame.top - 12);
    else this.scrollTo(this.root.scrollHeight);
  }

  toEnd(behavior) {
    this.slack.style.height = "0";
    this.scrollTo(this.root.scrollHeight, behavior);
  }

  scrollTo(top, behavior = calmly() ? "instant" : "smooth") {
    this.atEnd = true;
    this.onEnd(true);
    this.moving = behavior === "smooth";
    this.root.scrollTo({ top, behavior });
  }

  jump(id) {
    const view = this.views.get(id);
    if (!view) return;
    view.root.scrollIntoView({ block: "center", behavior: calmly() ? "instant" : "smooth" });
    this.focus(view);
  }

  typing(on) {
    if (this.dots.hidden === !on) return;
    this.dots.hidden = !on;
    if (on && this.atEnd) this.reveal(this.dots);
  }

  /** A line with the date before the first message of each day. */
  separate() {
    let day = "";
    for (const element of [...this.root.querySelectorAll(":scope > .day, :scope > .message")]) {
      if (element.matches(".day")) {
        const next = element.nextElementSibling;
        const date = next?.matches(".message") ? this.dateOf(next) : "";
        if (!date || date === day) element.remove();
        else element.textContent = day = date;
      } else if (this.dateOf(element) !== day) {
        day = this.dateOf(element);
        element.before(make("p", { class: "day" }, day));
      }
    }
  }

  dateOf(element) {
    const view = this.views.get(Number(element.dataset.id));
    view.day ??= longDate(new Date(view.message.date * 1000));
    return view.day;
  }
}
