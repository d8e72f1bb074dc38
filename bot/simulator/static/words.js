// Formatted text: Telegram's plain text and entities become elements. Offsets count UTF-16 units, as JavaScript does.

import { make, unseen } from "./dom.js";
import { t } from "./texts.js";

const SIMPLE = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
};
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]); // these break the line by themselves
const LONG_QUOTE = 150;

/** `tap` is told what the reader does: tap.command("/help"), tap.link(url, event). */
export function words(text, entities, tap) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return make("div", { class: "words" }, nested(text, 0, text.length, sorted, tap));
}

function nested(text, start, end, entities, tap) {
  const nodes = [];
  let at = start;
  let rest = entities;
  while (rest.length) {
    const [entity, ...others] = rest;
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    const inside = others.filter((other) => other.offset < to);
    rest = others.filter((other) => other.offset >= to);
    if (to <= from) continue;
    const block = BLOCKS.has(entity.type);
    const before = text.slice(at, from);
    nodes.push(block ? before.replace(/\n$/, "") : before);
    nodes.push(element(entity, text.slice(from, to), nested(text, from, to, inside, tap), tap));
    at = block && text[to] === "\n" ? to + 1 : to;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function element(entity, plain, children, tap) {
  const { type } = entity;
  if (SIMPLE[type]) return make(SIMPLE[type], {}, children);
  if (type === "pre") return make("pre", {}, make("code", {}, children));
  if (type === "blockquote") return make("blockquote", {}, children);
  if (type === "expandable_blockquote") return quote(plain, children);
  if (type === "spoiler") return spoiler(children);
  if (type === "bot_command") {
    return make("button", { class: "tap", type: "button", onclick: () => tap.command(plain) }, children);
  }
  const address = target(entity, plain);
  return address ? link(address, children, tap) : make("span", {}, children);
}

function target({ type, url }, plain) {
  if (type === "text_link") return url;
  if (type === "url") return plain.includes("://") ? plain : `https://${plain}`;
  if (type === "email") return `mailto:${plain}`;
  if (type === "phone_number") return `tel:${plain.replace(/[^\d+]/g, "")}`;
  return null;
}

/** A link that opens beside the page; only addresses that cannot run anything are let through. */
export function link(address, children, tap, attributes = {}) {
  if (!/^(https?|mailto|tel|tg):/i.test(address)) return make("span", attributes, children);
  return make(
    "a",
    { ...attributes, href: address, target: "_blank", rel: "noopener noreferrer", onclick: (event) => tap.link(address, event) },
    children,
    /^https?:/i.test(address) ? unseen(` (${t("opensNew")})`) : null,
  );
}

function spoiler(children) {
  const button = make("button", { class: "spoiler", type: "button", "aria-label": t("showSpoiler") }, "▒▒▒▒▒");
  button.addEventListener("click", () => {
    const shown = make("span", { class: "revealed", tabindex: "-1" }, children);
    button.replaceWith(shown);
    shown.focus({ preventScroll: true });
  });
  return button;
}

function quote(plain, children) {
  const block = make("blockquote", {});
  if (plain.length < LONG_QUOTE && plain.split("\n").length <= 3) {
    block.append(...children);
    return block;
  }
  const button = make("button", { class: "unfold", type: "button", "aria-expanded": "false" }, t("unfold"));
  button.addEventListener("click", () => {
    const open = block.classList.toggle("open");
    button.setAttribute("aria-expanded", open);
    button.textContent = t(open ? "fold" : "unfold");
  });
  block.append(make("div", { class: "clip" }, children), button);
  return block;
}
