// The tables, and what is folded away below them.
function behind(view, m) {
  const found = gap(view, m);
  if (!found) return [];
  return [make("span", "", found.behind.toLocaleString()),
    found.missing ? make("small", "", `${found.missing.toLocaleString()} not received`) : null];
}

function remarks(m) {
  const list = m.maintenance ? [make("div", "archived", maintenanceWords(m))] : [];
  list.push(...m.problems.map(p => make("div", `problem ${m.health}`, p.text)));
  if (m.activity) list.push(make("div", "", m.activity));
  if (m.role === "follower" && !m.receiverRunning) list.push(make("div", "", "receives nothing"));
  if (m.role === "follower" && !m.applierRunning) list.push(make("div", "", "applies nothing"));
  if (m.reportAgeSeconds == null) list.push(make("div", "quiet", "never reported to this node"));
  else if (m.reportAgeSeconds > 5) list.push(make("div", "quiet", `last report ${span(m.reportAgeSeconds)} ago`));
  return list;
}

function deedsOf(view, m) {
  const leader = leaderOf(view), list = [];
  if (!leader || m.id === leader.id || !isOfCluster(m)) return list;
  const lead = () => openSwitchover(m.id);
  if (isGone(m)) return list; // nobody there would hear it
  if (m.voter && !view.switchover) list.push(button("Make it lead …", "plain small", lead, `Make ${m.name} lead …`));
  list.push(button("Reinit …", "plain small", () => openReinit(m.id), `Reinit ${m.name} …`));
  return list;
}

function drawMembers(view) {
  const leader = leaderOf(view);
  rows(byId("members"), inOrder(view), m => m.id, (row, m) => {
    if (row.id !== `m-${m.id}`) row.id = `m-${m.id}`;
    dress(row, [m.id === view.self ? "self" : "", m.id === leader?.id ? "leads" : "", isGone(m) ? "gone" : ""].join(" ").trim());
    const ring = { alive: "ok", suspect: "warning", confirmed: "critical", departed: "unknown" }[m.liveness];
    const mysqld = { running: "ok", hung: "critical", stopped: "critical", absent: "critical", unknown: "unknown" }[m.mysqld] ?? "warning";
    const source = sourceOf(view, m);
    cells(row, [
      ["Member", "whole", make("span", "name", `${m.number} · ${m.name}`),
        make("small", "", where(m)), make("small", "mono", m.id.slice(0, 8))],
      ["Role", "", make("span", `tag ${m.role}`, m.role === "none" ? "no role" : m.role),
        m.role === "leader" && !m.writable ? make("small", "", "not writable") : null,
        m.role === "follower" && source && source.id !== leader?.id ? make("small", "", `of ${source.name}`) : null,
        view.controller === m.id ? make("small", "", "controller") : null,
        m.acker ? make("small", "", m.receiverRunning && !isGone(m) ? "acknowledges" : "ack counts") : null,
        m.voter && m.standing === "voter" ? null : make("small", "", m.standing),
        ...(m.tags ?? []).map(t => make("small", "mono", t))],
      ["Health", "", state(m.health, m.health)],
      ["Ring", "", state(ring, m.liveness)],
      ["mysqld", "", state(mysqld, m.mysqld), m.mysqlVersion ? make("small", "", m.mysqlVersion) : null],
      ["Epoch", "n", m.epoch ? make("span", "", String(m.epoch)) : null],
      ["Gap", "n", ...behind(view, m)],
      ["Lag", "n", m.role === "follower" ? make("span", "", m.lagSeconds == null ? "unknown" : span(m.lagSeconds)) : null],
      ["Remarks", "remarks whole", ...remarks(m)],
      ["Actions", "deeds whole", ...deedsOf(view, m)],
    ]);
  });
}

const newestEpochs = 8;
let allEpochs = false;

function drawEpochs(view) {
  const shown = chosenEpoch(view)?.number, list = [...view.history].reverse();
  byId("epochs-older").hidden = allEpochs || list.length <= newestEpochs;
  text("epochs-older", `Show all ${list.length} epochs`);
  rows(byId("epochs"), allEpochs ? list : list.slice(0, newestEpochs), e => e.number, (row, e) => {
    const opened = new Date(e.openedAt), closed = e.closedAt ? new Date(e.closedAt) : null;
    const dropped = (e.plansDropped ?? []).map(d => make("div", "", `${d.what} was dropped: ${d.reason}`));
    const archived = e.archived.map(a => make("div", "archived",
      `${plural(lacking(a.transactions, []), "transaction", "transactions")} of ${nameOf(view, a.node)} archived in ${a.path}`));
    dress(row, [e.open ? "leads" : "", e.number === shown ? "chosen" : ""].join(" ").trim());
    cells(row, [
      ["Epoch", "whole", make("span", "name", String(e.number))],
      ["Leader", "", make("span", "", nameOf(view, e.leader)), make("small", "", e.leaderAddress)],
      ["Opened", "line", make("span", "", day(opened)), make("small", "", clock(opened))],
      ["Lasted", "line", make("span", "", span(Math.max(0, ((closed ?? Date.now()) - opened) / 1000))),
        closed ? null : make("small", "", "so far")],
      ["Began", "whole", make("span", "", e.openReason), !e.established ? make("small", "", "never established") : null],
      ["Ended", "remarks whole", e.closeReason ? make("div", "", e.closeReason) : null, ...dropped, ...archived],
      ["Phases", "deeds whole", e.number === view.history[0].number && !e.phases ? null : button(
        e.number === shown ? "Shown" : "Show", "plain small", () => choose(e.number), `Show how the change to epoch ${e.number} went`)],
    ]);
  });
}

function drawDetails(view) {
  show(byId("gtids"), inOrder(view).flatMap(m => [
    make("dt", "", m.name), make("dd", "", `executed ${m.executed || "nothing"}`), make("dd", "", `received ${m.received || "nothing"}`)]));
  show(byId("counters"), Object.entries(view.counters).map(([name, value]) => {
    const line = make("div");
    line.append(make("dt", "", name), make("dd", "", value.toLocaleString()));
    return line;
  }));
}
