// What a view means, in words. Nothing here touches the page.
const begun = words => words.charAt(0).toUpperCase() + words.slice(1);
const leaderOf = view => view.epochOpen ? view.members.find(m => m.id === view.leader) : undefined;
const isGone = m => m.liveness === "confirmed" || m.liveness === "departed";
const where = m => m.address.mysqlPort === 3306 ? m.address.host : `${m.address.host}:${m.address.mysqlPort}`;
const called = m => `${m.name} (${where(m)})`;
const memberOf = (view, id) => view.members.find(m => m.id === id);
const nameOf = (view, id) => memberOf(view, id)?.name ?? (id ? id.slice(0, 8) : "nobody");
const inOrder = view => [...view.members].sort((a, b) => a.number - b.number);
const ackersOf = view => inOrder(view).filter(m => view.ackers.includes(m.id));
const isOfCluster = m => m.voter || m.standing === "learner" || m.standing === "leaving";

// Whose transactions a member receives, or is to receive; an older agent does not say, and then it is the leader.
function sourceOf(view, m) {
  const leader = leaderOf(view);
  if (m.id === leader?.id) return undefined;
  const named = m.receiverRunning && m.sourceHost ? view.members.find(o => o.address.host === m.sourceHost && o.id !== m.id) : undefined;
  return named ?? leader;
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

// Transactions of the leader that a member has not applied, and of these not received; undefined: nobody can say.
function gap(view, m) {
  const leader = leaderOf(view);
  if (!leader || m.id === leader.id || leader.reportAgeSeconds == null || m.reportAgeSeconds == null) return undefined;
  const behind = lacking(leader.executed, [m.executed]);
  return { behind, missing: behind === 0 ? 0 : lacking(leader.executed, [m.executed, m.received]) };
}

function lagWords(m) {
  if (m.lagSeconds == null) return "lag unknown";
  return `lag ${m.lagSeconds < 10 ? `${m.lagSeconds.toFixed(1)} s` : span(m.lagSeconds)}`;
}

function gapWords(view, m) {
  const found = gap(view, m);
  return found ? `gap ${found.behind.toLocaleString()}` : "gap unknown";
}

const healthTone = m => isGone(m) ? "critical" : m.liveness === "suspect" && m.health === "ok" ? "warning" : m.health;

function roleWords(view, m) {
  if (m.role === "leader") return m.writable ? "leads, writable" : "leads, not writable";
  if (m.role === "follower") return `follows ${sourceOf(view, m)?.name ?? "nobody"}`;
  if (isGone(m)) return m.liveness === "departed" ? "left the ring" : "dead, says the ring";
  if (m.activity) return m.activity;
  if (m.mysqld === "running" && view.epoch > 0 && !view.epochOpen && isOfCluster(m)) return "waits for a leader";
  return m.mysqld === "running" || m.mysqld === "unknown" ? "no role" : `mysqld ${m.mysqld}`;
}

function maintenanceWords(m) {
  const { until, reason } = m.maintenance;
  return `in maintenance until ${moment(new Date(until))}${reason ? `: ${reason}` : ""}`;
}

// What is wrong with a member in a few words; empty: nothing.
function troubleOf(view, m) {
  if (m.maintenance) return "in maintenance";
  if (isGone(m)) return m.mysqld === "unknown" ? "" : `mysqld ${m.mysqld}`;
  if (m.liveness === "suspect") return "suspected by the ring";
  if (m.role === "follower" && !m.applierRunning) return "applies nothing";
  if (m.id !== view.leader && view.epochOpen && !m.receiverRunning && isOfCluster(m)) return "receives nothing";
  if (m.problems.length > 0) return m.problems[0].text;
  return "";
}

// Who acknowledges at the moment, and whether that is too few: then no client hears OK, whatever the leader said of itself.
const attachedTo = view => ackersOf(view).filter(m => m.receiverRunning && !isGone(m));
const commitsWait = view => leaderOf(view) !== undefined && attachedTo(view).length < view.acksNeeded;

// Can clients write? Who leads? One sentence, and its tone.
function verdict(view) {
  const leader = leaderOf(view);
  if (view.election === "noQuorum") return ["critical", "No quorum: this node reaches no majority of the voters"];
  if (leader && view.leaderWritable) {
    if (commitsWait(view)) return ["critical", `${leader.name} leads, and commits wait: too few followers receive`];
    const unwell = view.members.filter(m => m.voter && (m.health !== "ok" || isGone(m)));
    const bad = unwell.filter(m => !m.maintenance).map(m => m.name), away = unwell.filter(m => m.maintenance).map(m => m.name);
    if (bad.length) return ["warning", `${leader.name} leads and takes writes; ${listed(bad)} ${bad.length === 1 ? "is" : "are"} not well`];
    const work = `${listed(away)} ${away.length === 1 ? "is" : "are"} in maintenance`;
    if (away.length) return ["warning", `${leader.name} leads and takes writes; ${work}`];
    const paused = isAlone(view) ? "paused, it would not lead again by itself" : "failover is paused";
    if (view.paused) return ["warning", `${leader.name} leads and takes writes; ${paused}`];
    if (isAlone(view)) return ["ok", `${leader.name} leads and takes writes, alone`];
    if (!canFailOver(view)) return ["warning", `${leader.name} leads and takes writes; a failover would not work now`];
    return ["ok", `${leader.name} leads and takes writes`];
  }
  if (leader) return ["critical", `${leader.name} is to lead, and is not writable yet`];
  if (view.election === "running") return ["critical", `Nobody leads: epoch ${view.epoch} is closed, the next leader is being found`];
  return ["warning", `Not founded yet: ${view.members.length} of ${view.votersExpected} nodes found`];
}

// One node on purpose: what there is to say of others says nothing.
const isAlone = view => view.standalone === true && view.votersExpected === 1;

const canFailOver = view => view.explanation ? view.explanation.failoverPossible === true : true;

// The three questions of three in the morning, each with its answer and a tone.
function answers(view) {
  const alone = view.election === "noQuorum", leader = alone ? undefined : leaderOf(view), found = [];
  if (leader && view.leaderWritable && commitsWait(view)) {
    found.push(["critical", "Clients wait", `what they commit on ${where(leader)} is not answered until enough followers have it`]);
  } else if (leader && view.leaderWritable) {
    const door = view.proxy ? `; port ${view.proxy.readWrite.port}${isAlone(view) ? "" : " of any node"} leads there` : "";
    found.push(["ok", "Clients can write", `${where(leader)} takes writes${door}`]);
  } else {
    const why = alone ? "as far as this node knows; it cannot know whether the others have a leader"
      : leader ? `until ${called(leader)} has what it needs`
      : view.election === "running" ? "until the next leader is found"
      : "until the cluster is founded";
    found.push([view.election === "none" ? "unknown" : "critical", "Clients cannot write", why]);
  }
  const explained = view.explanation;
  if (explained && explained.epoch > 0) {
    const next = explained.next && nameOf(view, explained.next), why = explained.obstacles.map(o => o.text).join("; ");
    const nothing = explained.loss.code === "nothing-acknowledged";
    const loss = nothing ? "no acknowledged commit would be lost" : `lost would be: ${explained.loss.text}`;
    if (isAlone(view)) {
      const stops = "it is paused: behind a crash of mysqld writes stop until somebody acts", self = nameOf(view, view.self);
      const again = `${self} is alone (topology standalone): behind a crash it leads again, with all that it acknowledged`;
      found.push(view.paused ? ["warning", "It would not lead again by itself", stops] : ["unknown", "No failover", again]);
    } else if (view.paused) found.push(["warning", "No failover by itself", "it is paused: without the leader writes stop until somebody acts"]);
    else if (explained.failoverPossible && leader) found.push(["ok", "A failover would work now", `${next} would lead next; ${loss}`]);
    else if (explained.failoverPossible) found.push(["warning", "A leader is being found", `${next} is to lead next`]);
    else found.push(leader ? ["warning", "A failover would not work now", why] : ["critical", "Nobody can lead yet", why]);
  }
  if (leader) {
    const attached = attachedTo(view);
    const need = `${view.acksNeeded} of ${listed(ackersOf(view).map(m => m.name))}`;
    const on = plural(view.acksNeeded + 1, "node", "nodes");
    if (view.acksNeeded === 0) {
      found.push([isAlone(view) ? "unknown" : "warning", `A commit is on ${leader.name} alone`,
        "its client hears OK when it is in the synced binary log; no other node need have it then"]);
    } else if (attached.length < view.acksNeeded) {
      found.push(["critical", "Commits wait", `each needs ${need} to acknowledge; ${attached.length || "none"} of them receive`]);
    } else {
      found.push(["ok", `A commit is on ${on} before its client hears OK`, `any ${need} acknowledges`]);
    }
  }
  return found;
}

// What else a person should know, without what the answers said already.
function notes(view) {
  const found = [];
  if (view.switchover) found.push(`a switchover to ${view.switchover} is under way`);
  if (view.plan) found.push(`${view.plan.what} is planned`);
  for (const m of inOrder(view).filter(m => m.maintenance)) found.push(`${m.name} is ${maintenanceWords(m)}`);
  const said = answers(view).map(a => a[2]).join(" ");
  const known = isAlone(view) ? ["paused", "no-failover-possible"] : ["paused"];
  for (const reason of view.reasons) if (!known.includes(reason.code) && !said.includes(reason.text)) found.push(reason.text);
  return [...new Set(found)];
}
