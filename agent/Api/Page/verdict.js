// The head of the page: the verdict, the answers, what can be done, and the figures.
function drawVerdict(view) {
  const [tone, head] = verdict(view);
  dress(byId("verdict"), `verdict ${tone}`);
  show(byId("sign"), [sign(tone)], tone);
  text("verdict-text", head);
  const found = answers(view);
  show(byId("answers"), found.map(([kind, question, more]) => {
    const line = make("li", kind);
    const words = make("span");
    words.append(make("strong", "", question), make("span", "because", ` – ${more}`));
    line.append(sign(kind), words);
    return line;
  }), JSON.stringify(found));
  show(byId("reasons"), notes(view).map(n => make("li", "", n)));
  drawDeeds(view);
  const me = memberOf(view, view.self);
  text("group", `mysql.${view.serviceGroup.group}`);
  text("seen", me ? `as ${me.name} (${me.address.host}) sees it` : `as ${view.self.slice(0, 8)} sees it`);
  text("version", me ? `mysqlha ${me.agentVersion}, MySQL ${me.mysqlVersion || "not known"}` : "mysqlha");
  title(tone, head, view);
}

function title(tone, head, view) {
  const mark = { ok: "", warning: "⚠ ", critical: "✕ ", unknown: "? " }[tone];
  const now = `${mark}${head} · mysql.${view.serviceGroup.group}`;
  if (document.title !== now) document.title = now;
}

function drawDeeds(view) {
  const leader = leaderOf(view), list = [];
  if (leader && view.election !== "noQuorum" && !view.switchover && view.votersExpected > 1) list.push(["Switch over …", () => openSwitchover(null)]);
  if (view.switchover) list.push(["Cancel the switchover …", openCancel]);
  else if (view.plan) list.push(["Cancel the planned switchover …", openCancel]);
  const turn = [view.paused ? "Resume failover …" : "Pause failover …", () => openPause(!view.paused)];
  // Where nobody could take over there is nothing to pause.
  if (view.clusterId && view.election !== "noQuorum" && (view.paused || !isAlone(view))) list.push(turn);
  show(byId("deeds"), list.map(([words, act]) => button(words, "plain", act)), list.map(l => l[0]).join());
}

function drawFacts(view) {
  const epoch = view.epochOpen ? (view.established ? "established" : "open, not established yet") : view.epoch ? "closed" : "not founded";
  const up = view.members.filter(m => m.voter && !isGone(m)).length;
  const learners = view.members.filter(m => !m.voter && isOfCluster(m)).length;
  const facts = [
    ["Epoch", view.epoch || "none", epoch],
    ["Voters heard", `${up} of ${view.votersExpected}`, learners ? `${plural(learners, "member does", "members do")} not vote`
      : view.votersExpected === 1 ? "alone" : `${Math.floor(view.votersExpected / 2) + 1} decide`],
    ["Acks", view.ackers.length ? `${view.acksNeeded} of ${view.ackers.length}` : "none",
      view.epochOpen && view.acksNeeded === 0 ? "its own disk is enough" : "needed for a commit"],
    ["Controller", view.controller ? nameOf(view, view.controller) : "none",
      `term ${view.term}, entry ${view.appliedIndex.toLocaleString()}`],
    isAlone(view) ? ["Failover", "none", view.paused ? "paused: a human has to act" : "leads again by itself"]
      : ["Failover", view.paused ? "paused" : "automatic", view.paused ? "a human has to act" : "without a human"],
    ["Clients here", view.proxy ? String(view.proxy.readWrite.clients + view.proxy.readOnly.clients) : "–",
      view.proxy ? `${view.proxy.readWrite.clients} write, ${view.proxy.readOnly.clients} read` : "no proxy on this node"],
  ];
  show(byId("facts"), facts.map(([name, value, more]) => {
    const fact = make("div");
    fact.append(make("dt", "", name), make("dd", "", String(value)), make("dd", "", more));
    return fact;
  }));
}

// What is shown is not of now.
function drawSilence(view, seconds) {
  const name = memberOf(view, view.self)?.name ?? "this node";
  dress(byId("verdict"), "verdict unknown");
  show(byId("sign"), [sign("unknown")], "unknown");
  text("verdict-text", `${name} does not answer: nobody can say from here`);
  const line = make("li", "unknown");
  line.append(sign("unknown"), make("span", "", "What is below is what it last said. The page of another member may know more."));
  show(byId("answers"), [line]);
  show(byId("reasons"), []);
  show(byId("deeds"), [], "silent");
  title("unknown", `${name} does not answer for ${span(seconds)}`, view);
}

// This node shows nothing without a token.
function drawClosed(why) {
  dress(byId("verdict"), "verdict unknown");
  show(byId("sign"), [sign("unknown")], "closed");
  text("verdict-text", "This node asks for a token");
  const line = make("li", "unknown");
  line.append(sign("unknown"), make("span", "", why));
  show(byId("answers"), [line], why);
  show(byId("reasons"), lineIsSafe ? [] : [make("li", "", `this page came over a line that others can hear: open ${safePage}`)]);
  show(byId("deeds"), lineIsSafe ? [button("Give a token …", "plain", openToken)] : [], "closed");
  live(true);
}

// Colours: the system's, unless a person says otherwise in this browser.
const schemes = ["system", "light", "dark"];

function kept(where, name, value) {
  try {
    if (value === undefined) return where.getItem(name);
    if (value === null) where.removeItem(name);
    else where.setItem(name, value);
  } catch {
    // A browser that keeps nothing: then it is asked again.
  }
  return null;
}

function useScheme(name) {
  document.documentElement.style.colorScheme = name === "system" ? "" : name;
  text("scheme", `Colours: ${name}`);
}

function startScheme() {
  let name = schemes.includes(kept(localStorage, "mysqlha-scheme")) ? kept(localStorage, "mysqlha-scheme") : "system";
  useScheme(name);
  byId("scheme").addEventListener("click", () => {
    name = schemes[(schemes.indexOf(name) + 1) % schemes.length];
    kept(localStorage, "mysqlha-scheme", name === "system" ? null : name);
    useScheme(name);
  });
}
