// What a person asks for goes through here: it is named in plain words, asked about first, done once, and answered.
let deed = null; // what the open dialog is about; null: none is open

// wanted: head, verb, sentences(view), act(epoch); and, where there are any, extra (a node), check(epoch) (a dry run), ready().
function openDialog(wanted) {
  if (byId("dialog").open) return;
  deed = { ...wanted, seenEpoch: lastView?.epoch ?? 0, busy: false, over: false, safe: wanted.check === undefined, turn: 0 };
  text("dialog-head", deed.head);
  const body = byId("dialog-body");
  delete body.dataset.shown;
  body.replaceChildren();
  if (deed.extra) body.append(deed.extra);
  body.append(make("ul", "sentences"));
  byId("token").value = "";
  sayAnswer(null);
  showToken(!token());
  text("dialog-do", deed.verb);
  text("dialog-close", "Leave it");
  drawDialog(lastView);
  byId("dialog").showModal();
  const first = body.querySelector("input:checked, input:not([type=radio])");
  (first ?? byId(byId("dialog-token").hidden ? "dialog-close" : "token")).focus();
  checkDeed();
}

function drawDialog(view) {
  if (!deed || deed.over || deed.busy) return;
  const list = byId("dialog-body").querySelector(".sentences");
  show(list, deed.sentences(view).map(([tone, words]) => {
    const line = make("li", tone);
    line.append(sign(tone), make("span", "", words));
    return line;
  }));
  if (view && view.epoch !== deed.seenEpoch && !deed.late) {
    deed.late = true;
    sayAnswer("warning", "The epoch changed meanwhile",
      `It was ${deed.seenEpoch}, it is ${view.epoch} now: leave this, look, and begin anew.`);
  }
  readyDeed();
}

function readyDeed() {
  const able = deed && !deed.busy && !deed.over && !deed.late && deed.safe && lineIsSafe && (deed.ready === undefined || deed.ready());
  byId("dialog-do").disabled = !able;
  byId("dialog-do").hidden = Boolean(deed?.over);
}

// Over a line that others hear nothing is asked for; the page says by which one it can be.
function showToken(wanted) {
  byId("dialog-token").hidden = !wanted || !lineIsSafe;
  byId("dialog-line").hidden = lineIsSafe;
  byId("dialog-https").href = safePage;
  text("dialog-https", safePage);
}

// Whether it could be done now, asked before it is offered. An answer to an earlier question is not taken.
async function checkDeed() {
  const mine = deed, turn = ++mine.turn;
  if (!mine.check) return;
  mine.safe = false;
  readyDeed();
  sayAnswer("unknown", "Asking the cluster whether this can be done now …", "");
  const said = await mine.check(mine.seenEpoch);
  if (deed !== mine || mine.turn !== turn || mine.late) return;
  if (said.outcome === "done") {
    mine.safe = true;
    sayAnswer("ok", "It can be done now", said.text);
  } else if (said.outcome === "token") {
    needToken(said);
    mine.safe = true; // who judges it is the cluster, once there is a token
  } else {
    const refused = said.outcome === "refused";
    const head = refused ? "It cannot be done now" : "Nobody can say whether it can be done now";
    sayAnswer(refused ? "critical" : "warning", head, said.text);
  }
  readyDeed();
}

function needToken(said) {
  sayAnswer("warning", token() ? "The token is not taken" : "A token of an operator is needed", said.text);
  keepToken("");
  showToken(true);
  if (lineIsSafe) byId("token").focus();
}

function sayAnswer(tone, head, words) {
  const box = byId("dialog-answer");
  box.hidden = tone === null;
  if (tone === null) return;
  dress(box, `answer ${tone}`);
  const said = make("div");
  said.append(make("strong", "", head), make("p", "", words));
  box.replaceChildren(sign(tone), said);
}

async function doDeed() {
  const mine = deed;
  if (!mine || mine.busy || mine.over || byId("dialog-do").disabled) return; // asked once, however often it is pressed
  const given = byId("token").value.trim();
  if (given) keepToken(given);
  byId("token").value = "";
  mine.busy = true;
  readyDeed();
  showToken(false);
  sayAnswer("unknown", "Asked; waiting for how it ends …", "");
  const said = await mine.act(mine.seenEpoch);
  if (deed !== mine) return;
  mine.busy = false;
  if (said.outcome === "token") {
    needToken(said);
    return readyDeed();
  }
  mine.over = true;
  const [tone, head] = { done: ["ok", "Done"], refused: ["critical", "Refused; nothing was changed"],
    unknown: ["warning", "Nobody can say whether it was done: look before you ask again"] }[said.outcome];
  sayAnswer(tone, head, said.text);
  text("dialog-close", "Close");
  readyDeed();
  byId("dialog-close").focus();
}

function startDialog() {
  const dialog = byId("dialog");
  byId("dialog-close").addEventListener("click", () => dialog.close());
  byId("dialog-form").addEventListener("submit", event => { event.preventDefault(); doDeed(); });
  dialog.addEventListener("close", () => {
    if (dialog.open) return; // the next one, already
    deed = null;
    byId("token").value = "";
    byId("dialog-body").replaceChildren();
  });
  byId("forget").addEventListener("click", () => keepToken(""));
  keepToken(token());
}

// Where even looking needs a token.
function openToken() {
  openDialog({
    head: "A token to look with", verb: "Look", sentences: () => [["unknown", "This node shows the cluster only to who has a token."]],
    act: async () => {
      const answer = await fetch("/view", { headers: credentials(), cache: "no-store" }).catch(() => null);
      if (!answer) return { outcome: "unknown", text: "no answer came" };
      const said = await answer.json().catch(() => null);
      if (answer.status === 401 || answer.status === 403) return { outcome: "token", text: said?.detail ?? "" };
      startEvents();
      return { outcome: "done", text: "The page shows the cluster now." };
    },
  });
}
