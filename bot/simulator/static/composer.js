// Where a person writes: the text field, the bot's commands, attachments, reply keyboard, and the blocked state.

import { icon, make } from "./dom.js";
import { summary } from "./message.js";
import { t } from "./texts.js";

const THINGS = [
  { kind: "photo", icon: "photo", text: "sendPicture", accept: "image/*" },
  { kind: "document", icon: "file", text: "sendDocument", accept: "" },
  { kind: "voice", icon: "voice", text: "voice" },
  { kind: "sticker", icon: "sticker", text: "sticker" },
  { kind: "location", icon: "place", text: "location" },
  { kind: "contact", icon: "contact", text: "contact" },
];
const fine = matchMedia("(pointer: fine)");

/** `acts`: say(text, replyTo), send(kind, file, caption, replyTo), unblock(). Each is a promise. */
export class Composer {
  constructor(id, acts) {
    this.id = id;
    this.acts = acts;
    this.chat = {};
    this.reply = null;
    this.usedKeyboard = null;
    this.root = make("div", { class: "desk" });
    this.build();
  }

  build() {
    this.sheet = make("div", { class: "sheet", id: `${this.id}-sheet`, hidden: true, role: "group" });
    this.sheet.addEventListener("keydown", (event) => this.onSheetKey(event));
    this.count = make("p", { class: "unseen", role: "status" });
    this.replyBar = make("div", { class: "reply-to", hidden: true });
    this.replyKeys = make("div", { class: "reply-keys", role: "group", hidden: true });
    this.menu = this.opener("menu", "menu", () => this.toggle("commands", this.menu));
    this.attach = this.opener("attach", "attach", () => this.toggle("things", this.attach));
    this.field = make("textarea", { rows: "1", maxlength: "4096", autocomplete: "off", id: `${this.id}-field`, dir: "auto" });
    this.field.addEventListener("input", () => this.suggest());
    this.field.addEventListener("keydown", (event) => this.onFieldKey(event));
    this.sender = make("button", { class: "square send", type: "submit" }, icon("send"));
    this.form = make("form", { class: "composer" }, this.menu, this.attach, this.field, this.sender);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.file = make("input", { type: "file", hidden: true, tabindex: "-1" });
    this.file.addEventListener("change", () => this.sendFile());
    this.stop = make("div", { class: "blocked", hidden: true });
    this.root.append(this.sheet, this.count, this.replyBar, this.replyKeys, this.form, this.file, this.stop);
    this.retext();
  }

  opener(name, symbol, onclick) {
    const attributes = { class: `square ${name}`, type: "button", "aria-expanded": "false", "aria-controls": this.sheet.id };
    return make("button", { ...attributes, onclick }, icon(symbol));
  }

  retext() {
    for (const [button, key] of [[this.menu, "menu"], [this.attach, "attach"], [this.sender, "send"]]) {
      button.setAttribute("aria-label", t(key));
      button.title = t(key);
    }
    this.field.setAttribute("aria-label", t("write"));
    this.close();
    this.update(this.chat);
  }

  /** Follow what the chat allows now: its commands, its reply keyboard, whether the bot is blocked. */
  update(chat) {
    this.chat = chat;
    this.showBlocked(Boolean(chat.blocked));
    this.menu.hidden = !chat.commands?.length;
    this.field.placeholder = chat.keyboard?.input_field_placeholder ?? t("write");
    this.showReplyKeys();
    this.showReply();
  }

  showBlocked(blocked) {
    if (this.stop.hidden === !blocked && this.stop.lang === document.documentElement.lang) return;
    const unblocking = this.stop.contains(document.activeElement);
    this.form.hidden = blocked;
    this.stop.hidden = !blocked;
    this.stop.lang = document.documentElement.lang;
    this.stop.replaceChildren(
      make("p", {}, t("blocked")),
      make("button", { class: "button", type: "button", onclick: () => this.acts.unblock() }, t("unblock")),
    );
    if (unblocking) this.field.focus();
  }

  showReplyKeys() {
    const { keyboard, blocked } = this.chat;
    const shown = JSON.stringify(keyboard?.keyboard ?? null);
    const rows = !blocked && shown !== this.usedKeyboard ? (keyboard?.keyboard ?? []) : [];
    this.replyKeys.hidden = !rows.length;
    if (this.replyKeys.dataset.shown === JSON.stringify(rows)) return;
    this.replyKeys.dataset.shown = JSON.stringify(rows);
    this.replyKeys.replaceChildren(
      ...rows.map((row) => make("div", { class: "row" }, row.map((button) => this.replyKey(button)))),
    );
  }

  replyKey(button) {
    const { text, request_contact: contact, request_location: location } = typeof button === "string" ? { text: button } : button;
    const onclick = () => {
      if (this.chat.keyboard?.one_time_keyboard) this.usedKeyboard = JSON.stringify(this.chat.keyboard.keyboard);
      this.rest();
      if (contact || location) this.acts.send(contact ? "contact" : "location");
      else this.acts.say(text);
      this.update(this.chat);
    };
    return make("button", { class: "key", type: "button", dir: "auto", onclick }, text);
  }

  // Answering a certain message

  replyTo(message) {
    this.reply = message;
    this.showReply();
    this.field.focus();
  }

  showReply() {
    this.replyBar.hidden = !this.reply;
    if (!this.reply) return;
    const cancel = make("button", { class: "square", type: "button", "aria-label": t("cancelReply"), title: t("cancelReply") }, icon("close"));
    cancel.addEventListener("click", () => {
      this.reply = null;
      this.showReply();
      this.field.focus();
    });
    this.replyBar.replaceChildren(make("p", { dir: "auto" }, t("replyTo", { text: summary(this.reply) })), cancel);
  }

  takeReply() {
    const id = this.reply?.message_id;
    this.reply = null;
    this.showReply();
    return id;
  }

  // Sending

  /** Ready for the next words, but never open a touch screen's keyboard uninvited. */
  rest() {
    if (fine.matches) this.field.focus({ preventScroll: true });
  }

  async submit() {
    const text = this.field.value.trim();
    this.close();
    if (!text) return this.field.focus();
    const [before, reply] = [this.field.value, this.reply];
    this.field.value = "";
    this.rest();
    if (await this.acts.say(text, this.takeReply())) return undefined;
    [this.field.value, this.reply] = [before, reply];
    return this.showReply();
  }

  sendFile() {
    const [file] = this.file.files;
    if (!file) return;
    const caption = this.field.value.trim();
    this.field.value = "";
    this.acts.send(this.file.dataset.kind, file, caption, this.takeReply());
    this.file.value = "";
  }

  choose(thing) {
    this.close(true);
    if (thing.accept === undefined) return this.acts.send(thing.kind, null, "", this.takeReply());
    this.file.dataset.kind = thing.kind;
    this.file.accept = thing.accept;
    return this.file.click();
  }

  // The sheet over the text field: commands or attachments

  toggle(what, opener) {
    if (opener.getAttribute("aria-expanded") === "true") return this.close(true);
    this.open(what, opener, "");
    return this.sheet.querySelector("button")?.focus();
  }

  open(what, opener, filter) {
    this.close();
    opener.setAttribute("aria-expanded", "true");
    this.opened = opener;
    this.sheet.hidden = false;
    this.sheet.classList.toggle("things", what === "things");
    this.sheet.setAttribute("aria-label", t(what === "things" ? "attach" : "commands"));
    this.sheet.replaceChildren(...(what === "things" ? this.things() : this.commands(filter)));
    this.sheet.scrollTop = 0;
  }

  close(refocus = false) {
    if (!this.opened) return;
    this.sheet.hidden = true;
    this.opened.setAttribute("aria-expanded", "false");
    if (refocus) this.opened.focus();
    this.opened = null;
    this.count.textContent = "";
  }

  things() {
    return THINGS.map((thing) => make("button", { type: "button", onclick: () => this.choose(thing) }, icon(thing.icon), t(thing.text)));
  }

  commands(filter) {
    const found = (this.chat.commands ?? []).filter(({ command }) => command.startsWith(filter));
    if (!found.length) return [make("p", {}, t("noCommands"))];
    return found.map(({ command, description }) => {
      const onclick = () => {
        this.close(true);
        this.field.value = "";
        this.rest();
        this.acts.say(`/${command}`);
      };
      return make("button", { type: "button", dir: "auto", onclick }, make("b", {}, `/${command}`), make("span", {}, description));
    });
  }

  suggest() {
    const typed = /^\/(\w*)$/.exec(this.field.value);
    if (!typed || !this.chat.commands?.length) return this.close();
    this.open("commands", this.menu, typed[1].toLowerCase());
    const number = this.sheet.querySelectorAll("button").length;
    this.count.textContent = number ? `${t("commands")}: ${number}` : t("noCommands");
    return undefined;
  }

  onFieldKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && fine.matches) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && this.opened) {
      this.close();
    } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && this.opened) {
      event.preventDefault();
      const items = [...this.sheet.querySelectorAll("button")];
      items.at(event.key === "ArrowDown" ? 0 : -1)?.focus();
    }
  }

  onSheetKey(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      return this.close(true);
    }
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return undefined;
    event.preventDefault();
    const items = [...this.sheet.querySelectorAll("button")];
    const at = items.indexOf(document.activeElement);
    return items[(at + step + items.length) % items.length]?.focus();
  }
}
