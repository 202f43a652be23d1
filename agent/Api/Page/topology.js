// The picture: the ring of members, and over it who receives from whom. A place stays a member's own, whoever leads.
const narrow = 600; // CSS pixels; below, the ring becomes a tree

function placesOnRing(members, width) {
  const n = members.length, r = n > 7 ? 20 : n > 5 ? 25 : 29, side = 190;
  const height = n <= 1 ? 160 : n <= 3 ? 340 : n <= 5 ? 410 : n <= 7 ? 460 : 640;
  const rx = n > 1 ? Math.min(width / 2 - r - side, n > 7 ? 250 : 210) : 0, ry = n > 1 ? height / 2 - r - (n > 7 ? 70 : 14) : 0;
  const turn = n === 2 ? Math.PI / 2 : 0;
  const middle = { x: width / 2, y: height / 2 };
  const at = new Map(members.map((m, i) => {
    const angle = -Math.PI / 2 - turn + 2 * Math.PI * i / n;
    // Where many are near each other, at the top and at the bottom, words go above and below.
    const above = n > 7 && Math.abs(Math.cos(angle)) < 0.2 ? Math.sign(Math.sin(angle)) : 0;
    return [m.id, { x: middle.x + rx * Math.cos(angle), y: middle.y + ry * Math.sin(angle), r, left: Math.cos(angle) < -0.1, above }];
  }));
  return { at, height, middle, rx, ry, ring: true };
}

// Under one another: the leader, whoever receives from it, whoever receives from these; then who receives nothing.
function placesInTree(view, members, width) {
  const at = new Map(), r = 18, leader = leaderOf(view);
  let next = 30;
  const place = (m, depth) => {
    if (at.has(m.id)) return;
    at.set(m.id, { x: 26 + Math.min(depth, 2) * 42, y: next, r, left: false, above: 0 });
    next += Math.max(60, label(view, m).length * 17 + 14);
    members.filter(o => o.receiverRunning && sourceOf(view, o)?.id === m.id).forEach(o => place(o, depth + 1));
  };
  if (leader) place(leader, 0);
  members.forEach(m => place(m, leader ? 1 : 0));
  return { at, height: next - 20, middle: { x: width / 2, y: 0 }, ring: false };
}

// The way of the data: bent towards the middle of the ring; in the tree down, and then to the right.
function way(places, from, to) {
  if (!places.ring) {
    const x = from.x, turn = Math.min(14, Math.max(0, to.x - from.x));
    const end = { x: to.x - to.r - 7, y: to.y };
    return { d: `M${x} ${from.y + from.r + 3}V${to.y - turn}Q${x} ${to.y} ${x + turn} ${to.y}H${end.x}`, end, angle: 0,
      half: { x, y: to.y - 36 } };
  }
  const half = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const bend = { x: half.x + (places.middle.x - half.x) * 0.22, y: half.y + (places.middle.y - half.y) * 0.22 };
  const cut = (a, distance) => {
    const length = Math.hypot(bend.x - a.x, bend.y - a.y) || 1;
    return { x: a.x + (bend.x - a.x) / length * distance, y: a.y + (bend.y - a.y) / length * distance };
  };
  const start = cut(from, from.r + 4), end = cut(to, to.r + 10);
  const points = [start, bend, end].map(p => `${p.x.toFixed(1)} ${p.y.toFixed(1)}`);
  return { d: `M${points[0]}Q${points[1]} ${points[2]}`, end, angle: Math.atan2(to.y - bend.y, to.x - bend.x) * 180 / Math.PI,
    half: { x: (start.x + 2 * bend.x + end.x) / 4, y: (start.y + 2 * bend.y + end.y) / 4 } };
}

// The ring itself, piece by piece between neighbours: broken where one of the two is not heard.
function orbit(places, members) {
  const { at, rx, ry } = places;
  return members.length < 2 ? [] : members.map((m, i) => {
    const next = members[(i + 1) % members.length], a = at.get(m.id), b = at.get(next.id);
    const broken = [m, next].some(o => o.liveness !== "alive");
    return draw("path", { class: broken ? "orbit broken" : "orbit",
      d: `M${a.x.toFixed(1)} ${a.y.toFixed(1)}A${rx} ${ry} 0 0 1 ${b.x.toFixed(1)} ${b.y.toFixed(1)}` });
  });
}

const moved = at => `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`;

function links(view, places, members) {
  const parts = [];
  for (const m of members) {
    const source = sourceOf(view, m);
    if (!source || !isOfCluster(m)) continue;
    const { d, end, angle, half } = way(places, places.at.get(source.id), places.at.get(m.id));
    const flows = m.receiverRunning && !isGone(m);
    const group = draw("g", { class: `link ${flows ? "flows" : "cut"} ${m.acker ? "acks" : ""}`, "data-from": source.id, "data-to": m.id });
    group.append(draw("path", { d, class: "line" }));
    if (flows) {
      group.append(draw("path", { d, class: "flow" }));
      group.append(draw("path", { class: "tip", d: "M-8 -5 2 0-8 5Z", transform: `${moved(end)} rotate(${angle.toFixed(1)})` }));
    } else {
      group.append(draw("path", { class: "cross", d: "M-5-5 5 5M5-5-5 5", transform: moved(half) }));
    }
    parts.push(group);
  }
  return parts;
}

// The lines of words beside a member: what they are, and their kind.
function label(view, m) {
  const lines = [["name", m.id === view.self ? `${m.name} · here` : m.name], ["role", roleWords(view, m)]];
  if (m.role === "follower") lines.push(["figures", `${lagWords(m)} · ${gapWords(view, m)}`]);
  const clients = m.id === view.self && view.proxy ? view.proxy.readWrite.clients + view.proxy.readOnly.clients : 0;
  if (clients > 0) lines.push(["figures", `${plural(clients, "client comes", "clients come")} in here`]);
  const trouble = troubleOf(view, m);
  if (trouble) lines.push([`trouble ${healthTone(m)}`, trouble]);
  else if (!m.voter) lines.push(["figures", isOfCluster(m) ? "does not vote" : `${m.standing}, no member`]);
  return lines;
}

// As much as there is room for.
const pen = document.createElement("canvas").getContext("2d");

function short(kind, words, at, width) {
  const room = at.above ? 190 : (at.left ? at.x : width - at.x) - at.r - 16;
  pen.font = `${/name|trouble/.test(kind) ? 600 : 400} ${kind === "name" ? 14.5 : 12.5}px ${getComputedStyle(document.body).fontFamily}`;
  let most = words.length;
  while (most > 4 && pen.measureText(most < words.length ? `${words.slice(0, most)}…` : words).width > room) most--;
  return most < words.length ? `${words.slice(0, most)}…` : words;
}

function badge(x, y, kind) {
  const group = draw("g", { class: `badge ${kind}`, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
  const shapes = { acker: "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0Z", controller: "M0-9 8-4.5V4.5L0 9-8 4.5V-4.5Z" };
  group.append(draw("path", { class: "plate", d: shapes[kind] }));
  group.append(draw("path", { class: "glyph", d: kind === "acker" ? "M-3.6 .2-1 2.9 3.8-2.6" : "M3.2-2.4A4 4 0 1 0 3.2 2.4" }));
  return group;
}

function body(m, at) {
  return m.voter
    ? draw("circle", { class: "body", cx: at.x, cy: at.y, r: at.r })
    : draw("rect", { class: "body", x: at.x - at.r * 0.85, y: at.y - at.r * 0.85, width: at.r * 1.7, height: at.r * 1.7, rx: 6 });
}

function node(view, m, places, width) {
  const at = places.at.get(m.id), tone = healthTone(m), leads = m.id === leaderOf(view)?.id && !isGone(m);
  const classes = ["node", tone, leads ? "leads" : "", m.liveness, isGone(m) ? "gone" : ""].join(" ");
  const link = draw("a", { href: `#m-${m.id}`, class: classes, "data-id": m.id });
  const lines = label(view, m), step = 17;
  const x = at.above ? at.x : at.left ? at.x - at.r - 15 : at.x + at.r + 15;
  const y = at.above < 0 ? at.y - at.r - 12 - (lines.length - 1) * step : at.above > 0 ? at.y + at.r + 22
    : places.ring ? at.y - (lines.length - 1) * step / 2 + 5 : at.y - Math.min(step, (lines.length - 1) * step / 2) + 5;
  if (leads) link.append(draw("circle", { class: "halo", cx: at.x, cy: at.y, r: at.r + 6 }));
  link.append(draw("circle", { class: "hit", cx: at.x, cy: at.y, r: at.r + 8 }));
  link.append(body(m, at), draw("text", { class: "number", x: at.x, y: at.y + 6 }, m.number));
  const edge = at.r * 0.78;
  if (m.acker) link.append(badge(at.x + (at.left ? edge : -edge), at.y + edge, "acker"));
  if (view.controller === m.id) link.append(badge(at.x + (at.left ? edge : -edge), at.y - edge, "controller"));
  if (tone !== "ok") {
    const mark = sign(tone, { x: at.x + (at.left ? -edge : edge) - 8, y: at.y - edge - 8, width: 16, height: 16 });
    link.append(mark);
  }
  lines.forEach(([kind, words], i) => link.append(draw("text", {
    class: `words ${kind} ${at.above ? "centre" : at.left ? "left" : ""}`, x: x.toFixed(1), y: (y + i * step).toFixed(1),
  }, short(kind, words, at, width))));
  return link;
}

const spoken = (view, m) => [`Member ${m.number}`, ...label(view, m).map(l => l[1]), m.acker ? "its acknowledgement counts" : "",
  view.controller === m.id ? "controller" : "",
  `health ${m.health}`, m.liveness, where(m)].filter(Boolean).join(", ");

let drawnPlaces = null;

function drawTopology(view) {
  const box = byId("topology"), width = box.clientWidth;
  if (width < 50) return;
  const members = inOrder(view);
  // What moves something; words alone are changed in place, so that nothing starts anew each second.
  const key = JSON.stringify([width, view.leader, view.epochOpen, view.controller, members.map(m => [m.id, m.number, m.name, m.role,
    m.voter, m.acker, m.liveness, healthTone(m), m.receiverRunning, sourceOf(view, m)?.id, label(view, m).map(l => l[0])])]);
  if (box.dataset.shown !== key) {
    const places = drawnPlaces = width < narrow ? placesInTree(view, members, width) : placesOnRing(members, width);
    const svg = draw("svg", { viewBox: `0 0 ${width} ${places.height}`, width, height: places.height,
      role: "group", "aria-labelledby": "topology-head" });
    if (places.ring) svg.append(...orbit(places, members));
    svg.append(...links(view, places, members), ...members.map(m => node(view, m, places, width)));
    const had = document.activeElement?.closest?.("#topology a")?.dataset.id;
    show(box, [svg], key);
    if (had) box.querySelector(`a[data-id="${had}"]`)?.focus();
  }
  for (const m of members) {
    const link = box.querySelector(`a[data-id="${m.id}"]`);
    if (link.getAttribute("aria-label") !== spoken(view, m)) link.setAttribute("aria-label", spoken(view, m));
    const lines = link.querySelectorAll("text.words"), at = drawnPlaces.at.get(m.id);
    label(view, m).forEach(([kind, words], i) => say(lines[i], short(kind, words, at, width)));
  }
}

function drawLegend() {
  const item = (words, ...parts) => {
    const svg = draw("svg", { viewBox: "-12 -11 24 22", width: 24, height: 22, "aria-hidden": "true" });
    svg.append(...parts);
    const entry = make("li");
    entry.append(svg, make("span", "", words));
    return entry;
  };
  const group = (name, ...parts) => {
    const g = draw("g", { class: name });
    g.append(...parts);
    return g;
  };
  const line = d => draw("path", { class: "line", d });
  byId("legend").replaceChildren(
    item("leads", group("node leads", draw("circle", { class: "body", r: 8 }))),
    item("votes", group("node", draw("circle", { class: "body", r: 8 }))),
    item("does not vote", group("node", draw("rect", { class: "body", x: -8, y: -8, width: 16, height: 16, rx: 4 }))),
    item("ack counts", badge(0, 0, "acker")),
    item("controller", badge(0, 0, "controller")),
    item("data flows", group("link flows", line("M-11 0H5"), draw("path", { class: "tip", d: "M3-5 11 0 3 5Z" }))),
    item("cut", group("link cut", line("M-11 0H11"), draw("path", { class: "cross", d: "M-4-4 4 4M4-4-4 4" }))),
    item("not heard", group("node suspect", draw("circle", { class: "body", r: 8 }))));
}
