// What the modules use to touch the page: finding elements, making them, and saying things aloud. Text that comes from
// elsewhere goes into the page as text, never as markup.

export const by = (id) => document.getElementById(id);

/** An element with attributes and children; `class`, `data-…` and `aria-…` are attributes like all others. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Show an element or hide it. Focus that would be lost with it goes to `next`. */
export function show(element, visible, next = null) {
  if (element.hidden === !visible) return;
  const lost = !visible && element.contains(document.activeElement);
  element.hidden = !visible;
  if (lost && next) next.focus();
}

/** Tell those who do not see the page what has changed. The same words twice are said twice. */
export function say(words) {
  const place = by("said");
  place.textContent = place.textContent === words ? `${words}\u00a0` : words;
}

/** Whether a field may have the focus without a keyboard that comes up and covers the page, as on a touch screen. */
export const typingFits = () => !window.matchMedia("(pointer: coarse)").matches;

/** Minutes and seconds of a duration in milliseconds. */
export function clock(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
