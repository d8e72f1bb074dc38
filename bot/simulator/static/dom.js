// Small helpers for building the page. Text always goes in as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** make("button", {class: "key", type: "button", onclick: press}, "Label", otherElement) */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Text for screen readers only. */
export function unseen(text) {
  return make("span", { class: "unseen" }, text);
}

export const calmly = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
export const narrow = matchMedia("(max-width: 719.98px)");
