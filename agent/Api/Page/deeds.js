// The deeds themselves: what each will do to whom, in plain words, and how it is asked for.
function openSwitchover(to) {
  let target = to;
  const view = lastView;
  const field = make("fieldset", "choice");
  field.append(make("legend", "", "Who is to lead"));
  const choices = [[null, "the best follower", bestWords(view)], ...inOrder(view).filter(m => m.voter && m.id !== view.leader)
    .map(m => [m.id, called(m), standingWords(view, m)])];
  for (const [id, name, more] of choices) {
    const line = make("label"), radio = make("input");
    radio.type = "radio";
    radio.name = "target";
    radio.checked = id === target;
    radio.addEventListener("change", () => {
      target = id;
      drawDialog(lastView);
      checkDeed();
    });
    const words = make("span", "", name);
    words.append(make("small", "", more));
    line.append(radio, words);
    field.append(line);
  }
  const time = make("label", "typed"), picker = make("input");
  picker.type = "datetime-local";
  picker.id = "plan-at";
  time.append(make("span", "", `When, by the clock of ${Intl.DateTimeFormat().resolvedOptions().timeZone}; empty: now`), picker);
  picker.addEventListener("change", () => {
    text("dialog-do", picker.value ? "Plan the switchover" : "Switch over");
    drawDialog(lastView);
    checkDeed();
  });
  const both = make("div");
  both.append(field, time);
  const at = () => picker.value ? new Date(picker.value) : null;
  const body = (seenEpoch, dryRun) => ({ to: target, seenEpoch, dryRun, ...at() ? { at: at().toISOString() } : {} });
  openDialog({
    head: "Switch over", verb: "Switch over", extra: both, sentences: now => switchoverSentences(now, target, at()),
    ready: () => !picker.validity.badInput, // half a time is not "now"
    check: seenEpoch => ask("POST", "/v1/switchover", body(seenEpoch, true)),
    act: seenEpoch => ask("POST", "/v1/switchover", body(seenEpoch, false)),
  });
}

function bestWords(view) {
  const next = view.explanation?.next;
  return next ? `as of now that is ${nameOf(view, next)}` : "as of now nobody is first in line";
}

function standingWords(view, m) {
  const known = view.explanation?.members.find(e => e.id === m.id);
  if (!known) return m.health;
  if (known.rank === 1) return "first in line";
  return known.rank > 1 ? `number ${known.rank} in line` : `no candidate: ${known.reasons.map(r => r.text).join("; ") || "not known why"}`;
}

function switchoverSentences(view, target, at) {
  const leader = leaderOf(view), next = target && memberOf(view, target);
  if (!leader) return [["warning", "Nobody leads now."]];
  const best = memberOf(view, view.explanation?.next), found = [];
  const who = next ? `${called(next)} will lead` : `The best follower will lead${best ? `, which is ${called(best)} now` : ""}`;
  if (at) {
    const exact = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
    found.push(["ok", `Not before ${exact}; until then it can be cancelled.`]);
  }
  found.push(["ok", `${who}; ${called(leader)} becomes its follower.`]);
  found.push(["ok", "Writers are held for about 0.05 s; no commit is lost."]);
  const through = view.proxy?.readWrite.clients ?? 0;
  const clients = through ? ` (${plural(through, "of them comes", "of them come")} through this node)` : "";
  found.push(["warning", `Connections of clients that write on ${leader.name} are closed once${clients}; they connect anew.`]);
  if (view.paused) found.push(["warning", "Failover stays paused."]);
  return found;
}

function openPause(paused) {
  const sentences = view => {
    const leader = leaderOf(view), who = leader ? called(leader) : "the leader";
    return paused
      ? [["warning", `If ${who} is lost, nobody takes over: writes stop until a human acts.`],
        ["ok", "Clients, commits and replication go on as they are. What you ask for is still done."],
        ["warning", "No planned switchover begins, nobody joins or leaves, and nobody is cloned unasked."],
        ["warning", "It stays so until somebody resumes it; it does not end by itself."]]
      : [["ok", "A lost leader is replaced again without a human."],
        ["warning", leader ? "Nothing else changes now." : "Nobody leads now: the next leader may be found at once."]];
  };
  openDialog({
    head: paused ? "Pause automatic failover" : "Resume automatic failover", verb: paused ? "Pause failover" : "Resume failover", sentences,
    act: seenEpoch => ask(paused ? "PUT" : "DELETE", "/v1/pause", { seenEpoch }),
  });
}

function openCancel() {
  openDialog({
    head: "Cancel the switchover", verb: "Cancel the switchover",
    sentences: view => {
      const leader = leaderOf(view);
      const what = view.switchover ? `The switchover to ${view.switchover}, which is under way,`
        : view.plan ? `${begun(view.plan.what)}, which is planned,` : "";
      return what ? [["ok", `${what} is dropped${leader ? `; ${called(leader)} leads on` : ""}.`],
        ...view.switchover ? [["warning", "Where the leader has let go already it is too late, and the answer says so."]] : []]
        : [["warning", "No switchover is planned or under way any more."]];
    },
    act: seenEpoch => ask("DELETE", "/v1/switchover", { seenEpoch }),
  });
}

function openReinit(id) {
  const m = memberOf(lastView, id), line = make("label", "typed"), input = make("input");
  input.id = "typed-name";
  input.autocomplete = "off";
  input.spellcheck = false;
  line.append(make("span", "", `Type ${m.name} to show that you mean it`), input);
  input.addEventListener("input", readyDeed);
  openDialog({
    head: `Reinit ${m.name}`, verb: `Throw the data of ${m.name} away`, extra: line, ready: () => input.value.trim() === m.name,
    sentences: view => reinitSentences(view, memberOf(view, id) ?? m),
    act: seenEpoch => ask("POST", `/v1/members/${id}/reinit`, { seenEpoch }),
  });
}

function reinitSentences(view, m) {
  const leader = leaderOf(view);
  const found = [["critical", `All data of ${called(m)} is thrown away and cloned anew from another member.`]];
  found.push(["warning", `Readers on ${m.name} are closed; until it is back it serves nobody and acknowledges nothing.`]);
  if (m.acker) {
    const rest = ackersOf(view).filter(a => a.id !== m.id && a.receiverRunning), names = listed(rest.map(a => a.name));
    const spare = rest.length - view.acksNeeded;
    const what = spare < 0 ? "writes wait" : spare === 0 ? "if one more is lost, writes wait" : "writes go on if one more is lost";
    found.push([spare > 0 ? "ok" : spare === 0 ? "warning" : "critical",
      `Meanwhile ${names || "nobody"} can acknowledge commits, and each needs ${view.acksNeeded}: ${what}.`]);
  }
  if (leader) found.push(["ok", `${called(leader)} leads on; no commit is lost.`]);
  return found;
}
