// Puts the page together: loads the state, follows the changes, and shows the telephones side by side or as tabs.

import { Board } from "./board.js";
import { prepareBoxes } from "./boxes.js";
import { make, narrow } from "./dom.js";
import { Phone } from "./phone.js";
import { follow, loadState, post } from "./server.js";
import { language, speak, t, timeZone, tOr } from "./texts.js";

const main = document.querySelector("main");
const tabs = document.querySelector(".tabs > div");
const connection = document.querySelector(".connection");
const news = document.querySelector(".news:not(.connection)");
const phones = [];
let front = 0;

const board = new Board({ newPerson, spoken, say, failed });

/** Tell something aloud; quietly: to screen readers only, because eyes see it anyway. */
function say(text, quietly = false) {
  clearTimeout(say.timer);
  news.classList.toggle("unseen", quietly);
  news.textContent = text;
  say.timer = setTimeout(() => (news.textContent = ""), 5000);
}

function failed(error) {
  say(tOr(error.message, t("failed")));
}

function onState(state) {
  timeZone(state.time_zone);
  if (state.phones.map(({ bot }) => bot.username).join() !== phones.map(({ bot }) => bot.username).join()) build(state.phones);
  phones.forEach((phone, at) => phone.load(state.phones[at]));
  board.setClock(state.now);
  showTabs();
  connection.textContent = "";
  main.setAttribute("aria-busy", "false");
}

function build(all) {
  const acts = { failed, deepLink, unread: showTabs };
  phones.splice(0, phones.length, ...all.map((data, number) => new Phone(number, data, acts)));
  main.replaceChildren(...phones.map((phone) => phone.root));
  tabs.replaceChildren(...phones.map((phone, at) => tab(phone, at)));
  board.showPeople(phones);
  layout();
}

function onEvent(event) {
  phones.find((phone) => phone.bot.username === event.bot)?.apply(event);
}

// Tabs of a small screen

function tab(phone, at) {
  const attributes = { class: "tab", type: "button", role: "tab", id: `${phone.id}-tab`, "aria-controls": phone.id, "data-tone": at % 2 };
  return make("button", { ...attributes, onclick: () => toFront(at) });
}

function showTabs() {
  phones.forEach((phone, at) => {
    tabs.children[at]?.replaceChildren(...phone.tabLabel());
    tabs.children[at]?.setAttribute("aria-selected", at === front);
    tabs.children[at]?.setAttribute("tabindex", at === front ? "0" : "-1");
  });
}

function layout() {
  const tabbed = narrow.matches && phones.length > 1;
  tabs.parentElement.hidden = !tabbed;
  phones.forEach((phone, at) => {
    const was = phone.visible;
    phone.root.hidden = narrow.matches && at !== front;
    phone.root.setAttribute("role", tabbed ? "tabpanel" : "region");
    if (phone.visible && phone.person) {
      phone.seen();
      if (!was) phone.log.toEnd("instant");
    }
  });
  showTabs();
}

function toFront(at) {
  front = at;
  layout();
}

tabs.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  toFront((front + step + phones.length) % phones.length);
  tabs.children[front].focus();
});
narrow.addEventListener("change", layout);

// What reaches over several telephones

async function newPerson(phone) {
  const number = phone.people.size + 1;
  const name = tOr(`person_${phone.role}`, t("person")).replace("{number}", number);
  try {
    const { user } = await post("people", { bot: phone.bot.username, name, language });
    if (!phone.people.has(user.id)) onState(await loadState());
    phone.select(user.id);
    board.open(false);
    toFront(phones.indexOf(phone));
    phone.focusStart();
  } catch (error) {
    failed(error);
  }
}

function deepLink(username, code) {
  const at = phones.findIndex((phone) => phone.bot.username.toLowerCase() === username.toLowerCase());
  if (at < 0) return false;
  toFront(at);
  phones[at].start(code);
  return true;
}

function spoken() {
  phones.forEach((phone) => phone.retext());
  board.showPeople(phones);
  showTabs();
}

prepareBoxes();
speak(localStorage.getItem("language") ?? "fi");
board.retext();
follow({ onState, onEvent, onLost: () => (connection.textContent = t("lost")) });
