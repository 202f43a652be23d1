"use strict";
// Draws /view, once a second. Every text from the cluster goes through textContent: nothing is ever parsed as HTML.
const byId = id => document.getElementById(id);
const plural = (n, one, many) => `${n.toLocaleString()} ${n === 1 ? one : many}`;

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

// Replaces the children only if what they show is different, so that a selection and the reader's place survive a refresh.
function show(parent, children, key) {
  const now = key ?? children.map(c => `${c.className}|${c.textContent}`).join("\n");
  if (parent.dataset.shown === now) return;
  parent.dataset.shown = now;
  parent.replaceChildren(...children);
}

function text(id, value) {
  const node = byId(id);
  if (node.textContent !== value) node.textContent = value;
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
    const classes = full.length === 0 ? `${className} empty`.trim() : className;
    if (cell.className !== classes) cell.className = classes;
    const box = cell.firstElementChild ?? cell.appendChild(make("div"));
    show(box, full);
  });
}

// "uuid[:tag]:1-5:7, …" to a map from source to intervals.
function gtids(set) {
  const sources = new Map();
  for (const part of set.split(",").map(p => p.trim()).filter(Boolean)) {
    const [uuid, ...fields] = part.split(":");
    let source = uuid;
    for (const field of fields) {
      if (!/^[0-9]/.test(field)) { source = `${uuid}:${field}`; continue; }
      const [first, last] = field.split("-").map(Number);
      if (!sources.has(source)) sources.set(source, []);
      sources.get(source).push([first, last ?? first]);
    }
  }
  return sources;
}

// How many transactions of one set are in none of the others.
function lacking(set, others) {
  const have = others.map(gtids);
  let count = 0;
  for (const [source, intervals] of gtids(set)) {
    const theirs = have.flatMap(h => h.get(source) ?? []).sort((a, b) => a[0] - b[0]);
    for (let [first, last] of intervals) {
      for (const [from, to] of theirs) {
        if (to < first || from > last) continue;
        if (from > first) count += from - first;
        first = to + 1;
      }
      if (first <= last) count += last - first + 1;
    }
  }
  return count;
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

const leaderOf = view => view.epochOpen ? view.members.find(m => m.id === view.leader) : undefined;
const isGone = m => m.liveness === "confirmed" || m.liveness === "departed";
const where = m => m.address.mysqlPort === 3306 ? m.address.host : `${m.address.host}:${m.address.mysqlPort}`;
const nameOf = (view, id) => view.members.find(m => m.id === id)?.name ?? (id ? id.slice(0, 8) : "nobody");

function verdict(view) {
  const leader = leaderOf(view);
  if (leader && view.leaderWritable) {
    const followers = view.members.filter(m => m.role === "follower").length;
    const bad = view.members.filter(m => m.voter && (m.health !== "ok" || isGone(m))).map(m => m.name);
    return [bad.length || view.paused ? "warning" : "ok", `${leader.name} leads`, bad.length
      ? `${where(leader)} takes writes; ${bad.join(", ")} ${bad.length === 1 ? "is" : "are"} not well`
      : `${where(leader)} takes writes, ${plural(followers, "follower", "followers")} behind it`];
  }
  if (leader) return ["warning", `${leader.name} leads, not writable`, `Writes wait until ${where(leader)} has what it needs`];
  if (view.election === "noQuorum") {
    return ["critical", "No quorum", "This node does not reach a majority of the voters; nobody leads as far as it knows"];
  }
  if (view.election === "running") return ["critical", "Finding a leader", `Epoch ${view.epoch} is closed, the next one is not open yet`];
  return ["warning", "Not founded yet", `${plural(view.members.length, "member", "members")} of ${view.votersExpected} found`];
}

function drawVerdict(view) {
  const [tone, head, more] = verdict(view);
  const panel = byId("verdict");
  panel.className = `panel verdict ${tone}`;
  text("verdict-text", head);
  text("verdict-more", more);
  const notes = view.reasons.map(r => r.text);
  if (view.plan) notes.unshift(`${view.plan.what} is planned`);
  if (view.switchover) notes.unshift(`switchover to ${view.switchover} under way`);
  if (view.paused) notes.unshift("automatic failover is paused");
  show(byId("reasons"), [...new Set(notes)].map(n => make("li", "", n)));
  const me = view.members.find(m => m.id === view.self);
  text("group", `mysql.${view.serviceGroup.group}`);
  text("seen", me ? `as ${me.name} at ${me.address.host} sees it` : `as ${view.self.slice(0, 8)} sees it`);
  text("version", me ? `mysqlha ${me.agentVersion}, MySQL ${me.mysqlVersion || "not known"}` : "mysqlha");
  const title = `${tone === "ok" ? "" : "⚠ "}${head} · mysql.${view.serviceGroup.group}`;
  if (document.title !== title) document.title = title;
}

function drawFacts(view) {
  const epoch = view.epochOpen ? (view.established ? "open, established" : "open, not established yet") : "closed";
  const acks = view.ackers.length ? `${view.acksNeeded} of ${view.ackers.length}` : "none";
  const controller = view.controller ? nameOf(view, view.controller) : "none";
  const facts = [
    ["Epoch", view.epoch || "none", view.epoch ? epoch : ""],
    ["Acknowledgements", acks, view.ackers.map(id => nameOf(view, id)).join(", ")],
    ["Election", { none: "none", running: "running", noQuorum: "no quorum", finished: "finished" }[view.election],
      `${plural(view.members.filter(m => m.voter && !isGone(m)).length, "voter", "voters")} of ${view.votersExpected} up`],
    ["Controller", controller, `term ${view.term}, entry ${view.appliedIndex.toLocaleString()}`],
    view.paused
      ? ["Failover", "paused", "a lost leader is replaced by an operator only"]
      : ["Failover", "automatic", "a lost leader is replaced without a human"],
    ["Cluster", view.clusterId.slice(0, 8) || "not founded", `${plural(view.members.length, "member", "members")} in the ring`],
  ];
  show(byId("facts"), facts.map(([name, value, more]) => {
    const fact = make("div", "fact");
    fact.append(make("dt", "", name), make("dd", "", String(value)), make("dd", "", more));
    return fact;
  }));
}

function drawRing(view) {
  const members = [...view.members].sort((a, b) => a.number - b.number);
  const drawn = m => [m.id, m.number, m.name, m.address.host, m.role, m.health, m.liveness, m.receiverRunning];
  const key = JSON.stringify([view.epochOpen && view.leader, members.map(drawn)]);
  const middle = { x: 180, y: 152 }, radius = members.length > 1 ? 92 : 0, wide = radius * (members.length > 4 ? 1.35 : 1.15);
  const at = members.map((_, i) => {
    const angle = -Math.PI / 2 + 2 * Math.PI * i / members.length;
    return { x: middle.x + wide * Math.cos(angle), y: middle.y + radius * Math.sin(angle) };
  });
  const parts = [draw("ellipse", { class: "orbit", cx: middle.x, cy: middle.y, rx: wide, ry: radius })];
  const leader = members.findIndex(m => view.epochOpen && m.id === view.leader);
  members.forEach((m, i) => {
    if (leader < 0 || i === leader || m.role !== "follower") return;
    const ends = { x1: at[leader].x, y1: at[leader].y, x2: at[i].x, y2: at[i].y };
    parts.push(draw("line", { class: m.receiverRunning ? "flow" : "flow idle", ...ends }));
  });
  members.forEach((m, i) => {
    const below = at[i].y < middle.y - 1 ? -46 : 41; // away from the middle, where the lines are
    const group = draw("g", { class: `${m.health} ${i === leader ? "leads" : ""} ${m.liveness} ${isGone(m) ? "gone" : ""}` });
    group.append(
      draw("circle", { class: "node", cx: at[i].x, cy: at[i].y, r: 23 }),
      draw("text", { class: "number", x: at[i].x, y: at[i].y + 6 }, m.number),
      draw("text", { x: at[i].x, y: at[i].y + below }, m.name.length > 16 ? `${m.name.slice(0, 15)}…` : m.name),
      draw("text", { class: "where", x: at[i].x, y: at[i].y + below + 15 }, m.address.host));
    group.append(draw("title", {}, `${m.name}, ${m.role === "none" ? "no role" : m.role}, health ${m.health}, ${m.liveness}`));
    parts.push(group);
  });
  const top = Math.min(...at.map(p => p.y), middle.y) - 68, bottom = Math.max(...at.map(p => p.y), middle.y - 60 + radius) + 68;
  byId("ring").setAttribute("viewBox", `0 ${top} 360 ${bottom - top}`);
  show(byId("ring"), parts, key);
}

function behind(view, leader, m) {
  if (!leader || m.id === leader.id || leader.reportAgeSeconds == null || m.reportAgeSeconds == null) return [];
  const toApply = lacking(leader.executed, [m.executed]);
  const toReceive = toApply === 0 ? 0 : lacking(leader.executed, [m.executed, m.received]);
  return [make("span", "", toApply.toLocaleString()), toReceive ? make("small", "", `${toReceive.toLocaleString()} not received`) : null];
}

function remarks(m) {
  const list = m.problems.map(p => make("div", "problem", p.text));
  if (m.activity) list.push(make("div", "", m.activity));
  if (m.role === "follower" && !m.receiverRunning) list.push(make("div", "", "receives nothing"));
  if (m.role === "follower" && !m.applierRunning) list.push(make("div", "", "applies nothing"));
  if (m.reportAgeSeconds == null) list.push(make("div", "quiet", "never reported to this node"));
  else if (m.reportAgeSeconds > 5) list.push(make("div", "quiet", `last report ${span(m.reportAgeSeconds)} ago`));
  return list;
}

function drawMembers(view) {
  const leader = leaderOf(view);
  rows(byId("members"), [...view.members].sort((a, b) => a.number - b.number), m => m.id, (row, m) => {
    row.className = [m.id === view.self ? "self" : "", m.id === leader?.id ? "leads" : "", isGone(m) ? "gone" : ""].join(" ").trim();
    const ring = { alive: "ok", suspect: "warning", confirmed: "critical", departed: "" }[m.liveness];
    const mysqld = { running: "ok", hung: "critical", stopped: "critical", absent: "critical", unknown: "" }[m.mysqld] ?? "warning";
    cells(row, [
      ["Member", "whole", make("span", "name", `${m.number} · ${m.name}`),
        make("small", "", where(m)), make("small", "mono", m.id.slice(0, 8))],
      ["Role", "", make("span", `tag ${m.role}`, m.role === "none" ? "no role" : m.role),
        m.role === "leader" && !m.writable ? make("small", "", "not writable") : null,
        m.acker ? make("small", "", "acknowledges") : null, m.voter && m.standing === "voter" ? null : make("small", "", m.standing)],
      ["Health", "", make("span", `state ${m.health}`, m.health)],
      ["Ring", "", make("span", `state ${ring}`, m.liveness)],
      ["mysqld", "", make("span", `state ${mysqld}`, m.mysqld), m.mysqlVersion ? make("small", "", m.mysqlVersion) : null],
      ["Epoch", "n", m.epoch ? make("span", "", String(m.epoch)) : null],
      ["Behind", "n", ...behind(view, leader, m)],
      ["Lag", "n", m.role === "follower" ? make("span", "", m.lagSeconds == null ? "unknown" : span(m.lagSeconds)) : null],
      ["Remarks", "remarks whole", ...remarks(m)],
    ]);
  });
}

function phasesOf(phases) {
  const { zero, ...all } = phases;
  const seen = Object.entries(all).filter(([, at]) => at != null).map(([name, at]) => `${name} ${(at / 1000).toFixed(3)}`);
  const since = { mysqldEnd: "mysqld ended", known: "the loss was known", asked: "it was asked for", close: "the close" }[zero];
  return `${seen.join(", ")} s after ${since}`;
}

function drawEpochs(view) {
  rows(byId("epochs"), [...view.history].reverse(), e => e.number, (row, e) => {
    const opened = new Date(e.openedAt), closed = e.closedAt ? new Date(e.closedAt) : null;
    const phases = e.phases ? [make("small", "", phasesOf(e.phases))] : [];
    const dropped = (e.plansDropped ?? []).map(d => make("div", "", `${d.what} was dropped: ${d.reason}`));
    const archived = e.archived.map(a => make("div", "archived",
      `${plural(lacking(a.transactions, []), "transaction", "transactions")} of ${nameOf(view, a.node)} archived in ${a.path}`));
    row.className = e.open ? "leads" : "";
    cells(row, [
      ["Epoch", "whole", make("span", "name", String(e.number))],
      ["Leader", "", make("span", "", nameOf(view, e.leader)), make("small", "", e.leaderAddress)],
      ["Opened", "line", make("span", "", opened.toLocaleDateString()), make("small", "", opened.toLocaleTimeString())],
      ["Lasted", "line", make("span", "", span(Math.max(0, ((closed ?? Date.now()) - opened) / 1000))),
        closed ? null : make("small", "", "so far")],
      ["Began", "whole", make("span", "", e.openReason), !e.established ? make("small", "", "never established") : null, ...phases],
      ["Ended", "remarks whole", e.closeReason ? make("div", "", e.closeReason) : null, ...dropped, ...archived],
    ]);
  });
}

function drawDetails(view) {
  show(byId("gtids"), view.members.flatMap(m => [
    make("dt", "", m.name), make("dd", "", `executed ${m.executed || "nothing"}`), make("dd", "", `received ${m.received || "nothing"}`)]));
  show(byId("counters"), Object.entries(view.counters).map(([name, value]) => {
    const line = make("div");
    line.append(make("dt", "", name), make("dd", "", value.toLocaleString()));
    return line;
  }));
}

let lastAnswer = null;

function live(isOn) {
  const ago = lastAnswer === null ? "no answer yet" : `no answer for ${span((Date.now() - lastAnswer) / 1000)}`;
  byId("live").className = `live ${isOn ? "on" : "off"}`;
  text("live-text", isOn ? "live" : ago);
}

async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch("/view", { cache: "no-store", signal: AbortSignal.timeout(3000) });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const view = await answer.json();
      [drawVerdict, drawFacts, drawRing, drawMembers, drawEpochs, drawDetails].forEach(part => part(view));
      lastAnswer = Date.now();
      live(true);
    } catch (error) {
      console.warn(error);
      live(false);
    }
  }
  setTimeout(refresh, 1000);
}

refresh();
