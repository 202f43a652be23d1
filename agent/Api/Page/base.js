"use strict";
// The page draws /view once a second. Every text from the cluster goes through textContent: nothing is ever parsed as HTML.
const byId = id => document.getElementById(id);
const plural = (n, one, many) => `${n.toLocaleString()} ${n === 1 ? one : many}`;
const listed = (words, and = "and") =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${and} ${words[words.length - 1]}`;

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function draw(tag, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

function button(text, className, act, label) {
  const node = make("button", className, text);
  node.type = "button";
  if (label) node.setAttribute("aria-label", label);
  node.addEventListener("click", act);
  return node;
}

// Replaces the children only if what they show is different, so that a selection and the reader's place survive a refresh.
function show(parent, children, key) {
  const now = key ?? children.map(c => `${c.className}|${c.textContent}`).join("\n");
  if (parent.dataset.shown === now) return false;
  parent.dataset.shown = now;
  parent.replaceChildren(...children);
  return true;
}

function say(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

const text = (id, value) => say(byId(id), value);

function dress(node, className) {
  if (node.className !== className) node.className = className;
}

// One row per key, in order; rows stay the same elements from one refresh to the next.
function rows(body, items, keyOf, fill) {
  const known = new Map([...body.children].map(row => [row.dataset.key, row]));
  items.forEach((item, index) => {
    const key = String(keyOf(item));
    const row = known.get(key) ?? make("tr");
    known.delete(key);
    row.dataset.key = key;
    fill(row, item);
    if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
  });
  known.forEach(row => row.remove());
}

function cells(row, list) {
  list.forEach(([label, className, ...children], index) => {
    const cell = row.children[index] ?? row.appendChild(make("td"));
    cell.dataset.label = label;
    const full = children.filter(Boolean);
    dress(cell, full.length === 0 ? `${className} empty`.trim() : className);
    show(cell.firstElementChild ?? cell.appendChild(make("div")), full);
  });
}

// Health and the like are told by a shape and a word, not by colour alone: a disc, a triangle, a diamond, a ring.
const signs = {
  ok: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z",
  warning: "M8 1 15.5 14.5H.5Z",
  critical: "M8 .5 15.5 8 8 15.5 .5 8Z",
  unknown: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z",
};
const marks = { ok: "M4.6 8.2 7 10.7l4.5-5.2", warning: "M8 5.4v4M8 11.4v.8", critical: "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8", unknown: "" };

function sign(tone, attributes = {}) {
  const svg = draw("svg", { viewBox: "0 0 16 16", class: `tone ${tone}`, "aria-hidden": "true", ...attributes });
  svg.append(draw("path", { d: signs[tone], class: "shape", "fill-rule": "evenodd" }), draw("path", { d: marks[tone], class: "mark" }));
  return svg;
}

function state(tone, words) {
  const node = make("span", `state ${tone}`);
  node.append(sign(tone), make("span", "", words));
  return node;
}

function span(seconds) {
  if (seconds < 0.0005) return "0 s";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  if (minutes < 120) return `${minutes} min`;
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${days} d ${hours % 24} h`;
}

const clock = at => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = at => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
const isToday = at => day(at) === day(new Date());
const moment = at => isToday(at) ? clock(at) : `${day(at)} ${clock(at)}`;

// What is under the pointer, or has the keyboard, is being read.
const isBeingRead = node => node.matches(":hover") || node.contains(document.activeElement);
