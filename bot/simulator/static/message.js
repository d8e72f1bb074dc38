// One message: its bubble, and the inline keyboard under it.

import { icon, make, unseen } from "./dom.js";
import { clockTime, t } from "./texts.js";
import { link, words } from "./words.js";

/**
 * `acts` is what a reader can do with a message: press(message, button, key), reply(message), command(text),
 * link(address, event), enlarge(address, text), jump(id), copy(text).
 */
export class MessageView {
  constructor(message, acts) {
    this.acts = acts;
    this.root = make("article", { class: "message", tabindex: "-1", "data-id": message.message_id });
    this.bubble = make("div", { class: "bubble" });
    this.keys = make("div", { class: "keys" });
    this.root.append(this.bubble);
    this.update(message);
  }

  /** Show the message as it is now, touching only what has changed. Tells whether the words changed. */
  update(message) {
    const before = this.message;
    this.message = message;
    const { reply_markup: keyboard, ...body } = message;
    const [bodyNow, keysNow] = [JSON.stringify(body), JSON.stringify(keyboard?.inline_keyboard ?? [])];
    if (bodyNow !== this.bodyShown) this.showBody();
    if (keysNow !== this.keysShown) this.showKeys(keyboard?.inline_keyboard ?? []);
    [this.bodyShown, this.keysShown] = [bodyNow, keysNow];
    return before?.text !== message.text || before?.caption !== message.caption;
  }

  get own() {
    return !this.message.from.is_bot;
  }

  showBody() {
    const { message, acts, own } = this;
    const name = own ? t("you") : message.from.first_name;
    this.root.classList.toggle("own", own);
    this.root.classList.toggle("protected", Boolean(message.has_protected_content));
    this.root.classList.toggle("bare", Boolean(message.sticker));
    const text = message.text ?? message.caption ?? "";
    const all = message.entities ?? message.caption_entities ?? [];
    const entities = own ? all.filter(({ type }) => type !== "bot_command") : all;
    this.bubble.replaceChildren(
      unseen(`${name}: `),
      ...[this.quoted(), ...media(message, acts), text ? words(text, entities, acts) : null, this.meta()].filter(Boolean),
    );
    this.bubble.querySelectorAll(".words").forEach((block) => block.setAttribute("dir", "auto"));
  }

  quoted() {
    const reply = this.message.reply_to_message;
    if (!reply) return null;
    const text = summary(reply);
    return make(
      "button",
      { class: "quoted", type: "button", onclick: () => this.acts.jump(reply.message_id) },
      unseen(t("replyTo", { text: "" })),
      make("span", { dir: "auto" }, text),
    );
  }

  meta() {
    const { message } = this;
    const answer = this.own ? null : this.replyButton();
    const kept = message.has_protected_content
      ? make("span", { class: "kept", title: t("keptLong") }, icon("lock"), make("span", {}, t("kept")))
      : null;
    const edited = message.edit_date ? make("span", {}, t("edited")) : null;
    const moment = new Date(message.date * 1000);
    return make("div", { class: "meta" }, kept, answer, edited, make("time", { datetime: moment.toISOString() }, clockTime(moment)));
  }

  replyButton() {
    return make(
      "button",
      { class: "square answer", type: "button", "aria-label": t("reply"), title: t("reply"), onclick: () => this.acts.reply(this.message) },
      icon("reply"),
    );
  }

  /** Buttons stay the same elements where they can, so that focus and the finger stay where they were. */
  showKeys(rows) {
    const old = [...this.keys.children].map((row) => [...row.children]);
    this.root.classList.toggle("wide", rows.length > 0);
    if (!rows.length) this.keys.remove();
    else if (!this.keys.parentNode) this.root.append(this.keys);
    const lines = rows.map((row, y) => {
      const line = this.keys.children[y] ?? make("div", { class: "row" });
      arrange(line, row.map((button, x) => this.key(button, old[y]?.[x])));
      return line;
    });
    arrange(this.keys, lines);
  }

  key(button, old) {
    const shown = JSON.stringify(button);
    if (old?.dataset.shown === shown) return old;
    if (button.url) {
      const address = link(button.url, [button.text, icon("out")], this.acts, { class: "key", dir: "auto" });
      address.dataset.shown = shown;
      return address;
    }
    const key = old?.tagName === "BUTTON" ? old : this.emptyKey();
    key.textContent = button.text;
    key.dataset.shown = shown;
    key.dataset.data = button.callback_data ?? "";
    return key;
  }

  emptyKey() {
    const key = make("button", { class: "key", type: "button", dir: "auto" });
    key.addEventListener("click", () => this.acts.press(this.message, JSON.parse(key.dataset.shown), key));
    return key;
  }

  answered() {
    this.keys.querySelectorAll("[aria-busy]").forEach((key) => key.removeAttribute("aria-busy"));
  }
}

/** Give a parent these children without moving those that already stand in their place. */
function arrange(parent, children) {
  children.forEach((child, at) => {
    if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null);
  });
  while (parent.children.length > children.length) parent.lastElementChild.remove();
}

export const address = (file) => `/sim/files/${encodeURIComponent(file.file_id)}`;

/** A message in a few words, for quoting it. */
export function summary(message) {
  const text = message.text ?? message.caption;
  if (text) return text.slice(0, 200);
  const kinds = { photo: "picture", document: "document", voice: "voice", sticker: "sticker", location: "location", contact: "contact" };
  const kind = Object.keys(kinds).find((name) => message[name]);
  return t(kind ? kinds[kind] : "unknown");
}

function media(message, acts) {
  if (message.photo) return [photo(message, acts)];
  if (message.document) return [file(message)];
  if (message.voice ?? message.audio) return [voice(message.voice ?? message.audio)];
  if (message.video_note) return [make("p", { class: "thing" }, icon("voice"), make("span", {}, t("videoNote")))];
  if (message.sticker) return [sticker(message.sticker)];
  if (message.location) return [place(message.venue, message.location)];
  if (message.contact) return [contact(message.contact)];
  return message.text || message.caption ? [] : [make("p", {}, t("unknown"))];
}

function photo(message, acts) {
  const size = message.photo.at(-1);
  const text = message.caption ?? t("pictureFrom", { name: message.from.first_name });
  const image = make("img", { src: address(size), alt: text, width: size.width, height: size.height, draggable: message.has_protected_content ? "false" : null });
  return make(
    "button",
    { class: "picture", type: "button", "aria-label": t("enlarge", { text }), onclick: () => acts.enlarge(address(size), text) },
    image,
  );
}

function file(message) {
  const { document } = message;
  const label = make("span", {}, document.file_name ?? t("document"), make("small", {}, fileSize(document.file_size ?? 0)));
  if (message.has_protected_content) return make("p", { class: "document" }, icon("file"), label);
  return make(
    "a",
    { class: "document", href: `${address(document)}?download`, download: document.file_name ?? true },
    icon("file"),
    unseen(`${t("download")}: `),
    label,
  );
}

function fileSize(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${size.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} ${unit}`;
}

function voice(sound) {
  const seconds = sound.duration ?? 0;
  const length = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const head = make("p", { class: "thing" }, icon("voice"), make("span", {}, sound.title ?? t("voice"), make("small", {}, length)));
  return make("div", {}, head, make("audio", { controls: true, preload: "none", src: address(sound), "aria-label": t("voice") }));
}

function sticker(picture) {
  const label = [t("sticker"), picture.emoji].filter(Boolean).join(" ");
  return make("img", { class: "sticker", src: address(picture), alt: label, width: 128, height: 128 });
}

function place(venue, { latitude, longitude }) {
  const numbers = `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  return make("p", { class: "thing" }, icon("place"), make("span", {}, venue?.title ?? t("location"), make("small", {}, venue?.address ?? numbers)));
}

function contact({ first_name: first, last_name: last, phone_number: number }) {
  const name = [first, last].filter(Boolean).join(" ");
  return make("p", { class: "thing" }, icon("contact"), make("span", { dir: "auto" }, name || t("contact"), make("small", {}, number)));
}
