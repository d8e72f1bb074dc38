// One telephone: whose it is, the chat with one bot, and what its person does there.

import { alertBox, enlarge } from "./boxes.js";
import { Composer } from "./composer.js";
import { icon, make, unseen } from "./dom.js";
import { Log } from "./log.js";
import { post } from "./server.js";
import { languageName, t, tOr } from "./texts.js";

const LANGUAGES = ["fi", "sv", "en", "uk", "ru", "et", "ar", "so", "fa", "ku", "vi", "th", "zh", ""];
const TYPING = 5000; // as long as Telegram shows it

export class Phone {
  /** `acts`: failed(error), deepLink(bot, code) -> whether it was taken, unread(). */
  constructor(number, data, acts) {
    this.id = `phone-${number}`;
    this.acts = acts;
    this.bot = data.bot;
    this.role = data.role;
    this.people = new Map();
    this.unread = new Map();
    this.drafts = new Map();
    this.pressed = new Set();
    this.current = null;
    this.log = new Log(this.messageActs(), (atEnd) => (this.newer.hidden = atEnd));
    this.composer = new Composer(this.id, this.composerActs());
    this.root = make("section", { class: "phone", id: this.id, "aria-labelledby": `${this.id}-title`, "data-tone": number % 2 });
    this.build();
  }

  build() {
    this.title = make("h2", { id: `${this.id}-title` });
    this.under = make("p", { class: "under" });
    this.more = make("button", { class: "square", type: "button", "aria-expanded": "false", "aria-controls": `${this.id}-settings`, onclick: () => this.toggleSettings() }, icon("more"));
    this.face = make("span", { class: "face", "aria-hidden": "true" });
    this.settings = make("div", { class: "settings", id: `${this.id}-settings`, hidden: true });
    this.settings.addEventListener("keydown", (event) => event.key === "Escape" && this.toggleSettings(false));
    this.toast = make("div", { class: "toast", role: "status" });
    this.newer = make("button", { class: "button strong new", type: "button", hidden: true, onclick: () => this.log.toEnd() });
    this.composer.root.prepend(this.newer);
    const top = make("header", { class: "phone-top" }, this.face, make("div", {}, this.title, this.under), this.more);
    this.root.append(top, this.settings, this.log.root, this.toast, this.composer.root);
  }

  get person() {
    return this.people.get(this.current);
  }

  get name() {
    return tOr(`phone_${this.role}`, this.role);
  }

  get visible() {
    return !this.root.hidden;
  }

  // What the simulator says

  load(data) {
    this.bot = data.bot;
    this.people = new Map(data.people.map(({ user, chat }) => [user.id, { user, chat, messages: new Map(chat.messages.map((m) => [m.message_id, m])) }]));
    for (const id of this.unread.keys()) if (!this.people.get(id)?.messages.size) this.unread.delete(id);
    if (!this.people.has(this.current)) return this.select(data.people[0]?.user.id);
    this.log.sync([...this.person.messages.values()]);
    return this.show();
  }

  select(id) {
    if (this.person) this.drafts.set(this.current, this.composer.field.value);
    this.current = id;
    this.toast.replaceChildren();
    this.composer.field.value = this.drafts.get(id) ?? "";
    this.composer.reply = null;
    this.seen();
    this.log.fill([...this.person.messages.values()]);
    this.show();
  }

  /** Words and state around the conversation. */
  show() {
    const { user, chat } = this.person;
    this.title.textContent = this.name;
    this.face.textContent = (this.bot.name.match(/\p{L}/u)?.[0] ?? "?").toUpperCase();
    this.under.textContent = chat.typing ? t("typing", { bot: this.bot.name }) : t("withBot", { person: user.first_name, bot: this.bot.name });
    this.under.classList.toggle("typing", Boolean(chat.typing));
    this.more.setAttribute("aria-label", `${t("settings")}: ${this.name}`);
    this.more.title = t("settings");
    this.newer.replaceChildren(t("newMessage"), icon("down"));
    this.log.root.setAttribute("aria-label", t("log", { bot: this.bot.name }));
    this.log.root.lang = user.language_code ?? "";
    this.log.typing(chat.typing);
    this.composer.update(chat);
    this.showEmpty();
    this.showSettings();
  }

  retext() {
    this.composer.retext();
    if (!this.person) return;
    const top = this.log.root.scrollTop;
    this.log.fill([...this.person.messages.values()]);
    this.log.root.scrollTop = top;
    this.show();
  }

  apply(event) {
    const person = this.people.get(event.user);
    if (!person) return;
    Object.assign(person.chat, event.chat);
    const here = event.user === this.current;
    const { message } = event;
    if (event.kind === "new" || event.kind === "edited") this.keep(person, message, here, event.kind === "new");
    if (event.kind === "deleted" && person.messages.delete(message.message_id) && here) this.log.remove(message.message_id);
    if (event.kind === "answer" && here) this.answered(event);
    if (event.kind === "action") this.typing(person);
    if (here) this.show();
    else this.showSettings();
  }

  keep(person, message, here, isNew) {
    const unheard = isNew && message.from.is_bot && !person.messages.has(message.message_id);
    person.messages.set(message.message_id, message);
    if (here) this.log.put(message);
    if (unheard && !(here && this.visible)) {
      this.unread.set(person.user.id, (this.unread.get(person.user.id) ?? 0) + 1);
      this.acts.unread();
    }
  }

  seen() {
    if (this.unread.delete(this.current)) this.acts.unread();
  }

  get unreadCount() {
    return [...this.unread.values()].reduce((sum, number) => sum + number, 0);
  }

  typing(person) {
    clearTimeout(person.silence);
    person.silence = setTimeout(() => {
      person.chat.typing = false;
      if (person === this.person) this.show();
    }, TYPING);
  }

  answered({ message, text, alert }) {
    this.log.views.get(message.message_id)?.answered();
    if (!this.pressed.delete(message.message_id) || !text) return;
    if (alert) alertBox(this.bot.name, text);
    else this.showToast(text);
  }

  showToast(text) {
    const toast = make("p", { dir: "auto" }, text);
    this.toast.replaceChildren(toast);
    setTimeout(() => toast.remove(), 4000 + 60 * text.length);
  }

  // What the person does

  async act(path, body = {}) {
    try {
      return await post(path, { bot: this.bot.username, user: this.current, ...body });
    } catch (error) {
      this.acts.failed(error);
      return null;
    }
  }

  messageActs() {
    return {
      press: (message, button, key) => this.press(message, button, key),
      reply: (message) => this.composer.replyTo(message),
      command: (text) => this.act("text", { text }),
      link: (address, event) => this.onLink(address, event),
      enlarge,
      jump: (id) => this.log.jump(id),
    };
  }

  composerActs() {
    return {
      say: (text, reply) => this.act("text", { text, reply }),
      send: (kind, file, caption, reply) => (file ? this.sendFile(kind, file, caption, reply) : this.act("thing", { kind, reply })),
      unblock: () => this.act("block", { blocked: false }),
    };
  }

  async press(message, button, key) {
    this.toast.replaceChildren();
    if (button.copy_text) {
      await navigator.clipboard.writeText(button.copy_text.text).catch(() => null);
      return this.showToast(t("copied"));
    }
    if (button.callback_data === undefined) return this.showToast(t("unknown"));
    key.setAttribute("aria-busy", "true");
    setTimeout(() => key.removeAttribute("aria-busy"), 15000);
    this.pressed.add(message.message_id);
    const done = await this.act("press", { message: message.message_id, data: button.callback_data });
    if (!done) key.removeAttribute("aria-busy");
    return done;
  }

  sendFile(kind, file, caption, reply) {
    const form = new FormData();
    const fields = { bot: this.bot.username, user: this.current, kind, caption, reply: reply ?? "" };
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set("file", file);
    return post("file", form).catch(this.acts.failed);
  }

  /** A link to one of the bots opens that bot's telephone here instead of Telegram. */
  onLink(address, event) {
    const found =
      /^https?:\/\/(?:www\.)?(?:t|telegram)\.me\/(\w+)\/?(?:\?start=([\w-]*))?$/i.exec(address) ??
      /^tg:\/\/resolve\?domain=(\w+)(?:&start=([\w-]*))?$/i.exec(address);
    const taken = found && this.acts.deepLink(found[1], found[2]);
    if (taken || /^tg:/i.test(address)) event.preventDefault();
  }

  showEmpty() {
    const empty = this.log.root.querySelector(".empty");
    if (this.person.messages.size) return empty?.remove();
    if (empty) empty.remove();
    const { chat } = this.person;
    const start = make("button", { class: "button strong", type: "button", onclick: () => this.start() }, t("start"));
    this.empty = make("div", { class: "empty" }, make("p", { dir: "auto" }, chat.about || t("emptyChat")), chat.blocked ? null : start);
    return this.log.root.prepend(this.empty);
  }

  start(code = "") {
    this.log.seekFocus = Date.now();
    return this.act("text", { text: code ? `/start ${code}` : "/start" });
  }

  focusStart() {
    (this.log.root.querySelector(".empty button") ?? this.composer.field).focus();
  }

  // Settings of the telephone

  toggleSettings(open = this.settings.hidden) {
    this.settings.hidden = !open;
    this.more.setAttribute("aria-expanded", open);
    if (open) this.settings.querySelector("select").focus();
    else this.more.focus();
  }

  showSettings() {
    const { user, chat } = this.person;
    const shown = JSON.stringify([this.current, chat.blocked, user.language_code, [...this.people.keys()], [...this.unread], t("who")]);
    if (this.settings.dataset.shown === shown) return;
    const focused = this.settings.contains(document.activeElement) ? document.activeElement.id : "";
    this.settings.dataset.shown = shown;
    const who = [...this.people.values()].map(({ user: one }) => [one.id, one.first_name + this.unreadOf(one.id)]);
    const codes = [...new Set([...LANGUAGES, user.language_code ?? ""])].map((code) => [code, languageName(code)]);
    this.settings.replaceChildren(
      this.choice("who", t("who"), who, this.current, (value) => this.select(Number(value))),
      this.choice("language", t("language"), codes, user.language_code ?? "", (value) => this.act("language", { language: value })),
      make(
        "button",
        { class: "button", type: "button", id: `${this.id}-block`, onclick: () => this.act("block", { blocked: !chat.blocked }) },
        t(chat.blocked ? "unblock" : "block"),
      ),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  unreadOf(id) {
    return this.unread.has(id) ? ` (${t("unread", { count: this.unread.get(id) })})` : "";
  }

  choice(name, label, options, value, onchange) {
    const id = `${this.id}-${name}`;
    const select = make("select", { id }, options.map(([key, text]) => make("option", { value: key, selected: key === value }, text)));
    select.addEventListener("change", () => onchange(select.value));
    return make("div", { class: "field" }, make("label", { for: id }, label), select);
  }

  /** The tab of a small screen. */
  tabLabel() {
    const count = this.unreadCount;
    const badge = count ? make("span", { class: "badge", "aria-hidden": "true" }, count) : null;
    return [make("span", {}, tOr(`tab_${this.role}`, this.role)), badge, count ? unseen(`, ${t("unread", { count })}`) : null].filter(Boolean);
  }
}
