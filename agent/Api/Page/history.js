// The last change of leader as a timeline by phase, and who led when.
const phaseWords = {
  detect: "the controller knew", release: "the old leader let go", close: "the old epoch was closed", promise: "enough had promised",
  open: "the next epoch was open", apply: "the next leader had applied everything", writable: "its mysqld took writes",
  established: "a commit was acknowledged", clients: "clients were let in",
};
const zeroWords = { mysqldEnd: "mysqld ended", known: "the loss was known", asked: "it was asked for", close: "the old epoch was closed" };
const zeroPhase = { mysqldEnd: "", known: "detect", asked: "detect", close: "close" };

let chosen = null; // an epoch's number that a person chose; null: the last change of leader

function choose(number) {
  chosen = number;
  if (lastView) {
    drawChange(lastView);
    drawEpochs(lastView);
  }
  byId("change-head").scrollIntoView({ block: "nearest", behavior: "auto" });
}

// What a person chose, else the last epoch whose leader is another than that before.
function chosenEpoch(view) {
  const list = view.history;
  const asked = list.find(e => e.number === chosen);
  if (asked) return asked;
  for (let i = list.length - 1; i > 0; i--) if (list[i].leader !== list[i - 1].leader) return list[i];
  return undefined;
}

// In the order in which they came about; what nobody saw comes where it belongs by the protocol, and has no time.
function phasesOf(phases) {
  const wished = phases.zero === "asked";
  const all = Object.keys(phaseWords).filter(name => name !== zeroPhase[phases.zero] && (name !== "release" || wished))
    .map((name, order) => ({ name, order, at: phases[name] ?? null }));
  const known = all.filter(p => p.at !== null).sort((a, b) => a.at - b.at || a.order - b.order);
  let before = 0;
  for (const phase of known) {
    phase.from = before;
    before = phase.at;
  }
  return { known, unknown: all.filter(p => p.at === null), end: before };
}

const milliseconds = ms => ms < 10000 ? `${ms.toLocaleString()} ms` : `${(ms / 1000).toFixed(1)} s`;

// A round step, so that there are three to six of them.
function step(end) {
  const raw = Math.max(end, 1) / 4, power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map(f => f * power).find(s => s >= raw);
}

function drawChange(view) {
  const epoch = chosenEpoch(view), box = byId("phases");
  text("change-head", epoch ? `Change to epoch ${epoch.number}` : "Change of leader");
  if (!epoch) {
    text("change-more", "");
    show(box, [make("p", "quiet", view.history.length ? "There was none yet: the first leader leads." : "Nobody has led yet.")]);
  } else {
    const before = view.history.find(e => e.number === epoch.number - 1);
    const names = (before && before.leader !== epoch.leader ? `${nameOf(view, before.leader)} → ` : "") + nameOf(view, epoch.leader);
    text("change-more", `${names} · ${moment(new Date(epoch.openedAt))} · ${before?.closeReason || epoch.openReason}`);
    show(box, epoch.phases ? timeline(epoch.phases) : [make("p", "quiet", "Nobody saw how long it took, phase by phase.")],
      JSON.stringify([epoch.number, epoch.phases]));
  }
  drawLanes(view, epoch);
}

function timeline(phases) {
  const { known, unknown, end } = phasesOf(phases);
  const parts = [], scale = Math.max(end, 1), percent = ms => `${(ms / scale * 100).toFixed(2)}%`;
  const writes = known.find(p => p.name === "established") ?? known.find(p => p.name === "writable");
  const sum = make("p", "sum");
  sum.append(make("strong", "", milliseconds(writes ? writes.at : end)),
    make("span", "", ` from when ${zeroWords[phases.zero]} until ${writes ? phaseWords[writes.name] : "the last that was seen"}`));
  parts.push(sum);
  const list = make("ol", "bars");
  const axis = make("li", "axis");
  const track = make("div", "track");
  track.append(...Array.from({ length: Math.floor(scale / step(scale)) + 1 }, (_, i) => {
    const tick = make("span", "tick", i === 0 ? "0" : milliseconds(i * step(scale)));
    tick.style.left = percent(i * step(scale));
    if (i * step(scale) > scale * 0.92) tick.classList.add("last");
    return tick;
  }));
  axis.append(make("span", "phase", ""), track, make("span", "ms", ""));
  axis.setAttribute("aria-hidden", "true");
  list.append(axis);
  for (const phase of known) list.append(bar(phase, scale, percent));
  for (const phase of unknown) {
    const row = make("li", "bar none");
    const name = make("span", "phase", phase.name);
    row.append(name, make("div", "track", `nobody saw when ${phaseWords[phase.name]}`), make("span", "ms", "unknown"));
    list.append(row);
  }
  parts.push(list);
  return parts;
}

function bar(phase, scale, percent) {
  const row = make("li", `bar ${phase.name === "established" || phase.name === "writable" || phase.name === "clients" ? "writes" : ""}`);
  const track = make("div", "track"), piece = make("span", phase.at > phase.from ? "piece" : "piece point");
  piece.style.left = percent(phase.from);
  piece.style.width = percent(phase.at - phase.from);
  const words = make("span", "what", phaseWords[phase.name]);
  // Where there is room: behind the bar, before it, or in it.
  if (phase.at <= scale * 0.55) words.style.left = percent(phase.at);
  else if (phase.from >= scale * 0.45) words.style.right = `calc(100% - ${percent(phase.from)})`;
  else {
    words.style.left = percent(phase.from);
    words.style.maxWidth = percent(phase.at - phase.from);
    words.classList.add("inside");
  }
  track.append(piece, words);
  const ms = make("span", "ms", milliseconds(phase.at));
  if (phase.at > phase.from && phase.from > 0) ms.append(make("small", "", ` +${milliseconds(phase.at - phase.from)}`));
  row.append(make("span", "phase", phase.name), track, ms);
  return row;
}

// Who led when: a lane for each who did. The scale is of logarithms, since what was lately matters more.
const ages = [[60, "1 min"], [600, "10 min"], [3600, "1 h"], [6 * 3600, "6 h"], [86400, "1 d"], [7 * 86400, "7 d"], [30 * 86400, "30 d"],
  [365 * 86400, "1 y"]];

function drawLanes(view, epoch) {
  const box = byId("lanes"), list = view.history.slice(-60);
  if (list.length === 0) return void show(box, [make("p", "quiet", "Nobody yet.")]);
  const now = Math.max(Date.now(), ...list.map(e => Date.parse(e.closedAt ?? e.openedAt)));
  const oldest = Math.max(5, (now - Date.parse(list[0].openedAt)) / 1000);
  const x = seconds => (1 - Math.log(1 + Math.max(0, seconds) / 20) / Math.log(1 + oldest / 20)) * 100;
  const place = e => [x((now - Date.parse(e.openedAt)) / 1000), e.closedAt ? x((now - Date.parse(e.closedAt)) / 1000) : 100];
  const leaders = inOrder(view).map(m => m.id).filter(id => list.some(e => e.leader === id));
  for (const e of list) if (!leaders.includes(e.leader)) leaders.push(e.leader);
  const key = JSON.stringify([list.map(e => [e.number, e.leader, e.open]), epoch?.number, leaders.map(id => nameOf(view, id)),
    Math.floor(Math.log(oldest) * 8), box.clientWidth]);
  const changed = box.dataset.shown !== key;
  if (changed) {
    const had = box.contains(document.activeElement) ? document.activeElement.dataset.epoch : undefined;
    const lanes = leaders.map(id => {
      const lane = make("div", "lane"), track = make("div", "track");
      track.append(...list.filter(e => e.leader === id).map(e => {
        const until = e.closedAt ? ` to ${moment(new Date(e.closedAt))}` : " until now";
        const piece = button(String(e.number), e.number === epoch?.number ? "piece chosen" : "piece", () => choose(e.number),
          `Epoch ${e.number}: ${nameOf(view, id)} led from ${moment(new Date(e.openedAt))}${until}`);
        piece.dataset.epoch = e.number;
        if (e.open) piece.classList.add("open");
        return piece;
      }));
      lane.append(make("span", "phase", nameOf(view, id)), track);
      return lane;
    });
    const axis = make("div", "lane axis"), track = make("div", "track"), room = 5500 / Math.max(box.clientWidth - 100, 100);
    track.append(tickAt(100, "now"));
    let last = 100;
    for (const [seconds, words] of ages.filter(a => a[0] < oldest)) {
      if (x(seconds) < 1 || last - x(seconds) < room * (last === 100 ? 1.7 : 1)) continue;
      track.append(tickAt(last = x(seconds), words));
    }
    axis.append(make("span", "phase", ""), track);
    axis.setAttribute("aria-hidden", "true");
    show(box, [...lanes, axis], key);
    if (had) box.querySelector(`[data-epoch="${had}"]`)?.focus();
  }
  for (const e of list) {
    const [from, to] = place(e), piece = box.querySelector(`[data-epoch="${e.number}"]`);
    const left = `${from.toFixed(1)}%`, width = `${Math.max(0.4, to - from).toFixed(1)}%`;
    if (piece.style.left !== left) piece.style.left = left;
    if (piece.style.width !== width) piece.style.width = width;
    piece.classList.toggle("slim", (to - from) / 100 * (box.clientWidth - 110) < 14 + 8 * String(e.number).length);
  }
}

function tickAt(at, words) {
  const tick = make("span", at > 96 ? "tick last" : "tick", words);
  tick.style.left = `${at.toFixed(1)}%`;
  return tick;
}
