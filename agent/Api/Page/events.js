// Events as they happen: by a stream, else by asking; an agent that has none says so quietly.
const mostEvents = 200;
let lastEvent = 0, waiting = [];

function eventLine(e) {
  const line = make("li"), at = new Date(e.at);
  line.dataset.id = e.id;
  const time = make("time", "", isToday(at) ? clock(at) : day(at));
  time.title = moment(at);
  time.dateTime = e.at;
  const about = e.node && lastView && !e.text.includes(nameOf(lastView, e.node)) ? ` · ${nameOf(lastView, e.node)}` : "";
  const words = make("div");
  words.append(make("span", "words", e.text),
    make("small", "", `${e.code}${e.scope === "node" ? " · seen here" : ""}${e.epoch ? ` · epoch ${e.epoch}` : ""}${about}`));
  line.append(time, words);
  return line;
}

function takeEvents(list) {
  const fresh = list.filter(e => e && Number.isFinite(e.id) && e.id > lastEvent && typeof e.text === "string");
  if (fresh.length === 0) return;
  lastEvent = Math.max(...fresh.map(e => e.id));
  waiting.push(...fresh);
  waiting = waiting.slice(-mostEvents);
  if (isRead(byId("events"))) offerEvents();
  else showEvents();
}

// Newest first; what a person reads is not moved: then it is only said how many there are.
const isRead = list => list.childElementCount > 0 && (list.scrollTop > 4 || isBeingRead(list));

function offerEvents() {
  byId("events-more").hidden = waiting.length === 0;
  byId("events-state").hidden = waiting.length > 0;
  text("events-more", `${plural(waiting.length, "new event", "new events")}: show`);
}

function showEvents() {
  const list = byId("events");
  list.prepend(...waiting.reverse().map(eventLine));
  waiting = [];
  while (list.childElementCount > mostEvents) list.lastElementChild.remove();
  list.scrollTop = 0;
  offerEvents();
}

// Reads "id:" and "data:" lines until the stream ends; each event's data is one JSON object.
async function readStream(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", data = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split(/\r\n|\n|\r/);
    rest = lines.pop();
    const found = [];
    for (const line of lines) {
      if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
      else if (line === "" && data.length > 0) {
        try { found.push(JSON.parse(data.join("\n"))); } catch { /* not for us */ }
        data = [];
      }
    }
    takeEvents(found);
  }
}

async function followEvents(stop) {
  const headers = { ...credentials(), Accept: "text/event-stream" };
  if (lastEvent > 0) headers["Last-Event-ID"] = String(lastEvent);
  const answer = await fetch("/v1/events", { headers, cache: "no-store", signal: stop.signal });
  if (answer.status === 404 || answer.status === 405) return "none";
  if (answer.status === 503) return "ask"; // as many streams are open as the node serves
  if (answer.status === 401 || answer.status === 403) return "token";
  const type = answer.headers.get("Content-Type") ?? "";
  if (!answer.ok) return "later";
  if (!type.startsWith("text/event-stream")) return "ask";
  eventsState("as they happen");
  await readStream(answer.body);
  return "again";
}

async function askEvents(stop) {
  const headers = { ...credentials(), Accept: "application/json" };
  const answer = await fetch(`/v1/events?after=${lastEvent}`, { headers, cache: "no-store", signal: stop.signal });
  if (!answer.ok) return "later";
  const found = await answer.json();
  takeEvents(Array.isArray(found) ? found : found.events ?? []);
  eventsState("every two seconds");
  return "ask";
}

function eventsState(words) {
  text("events-state", words);
}

let eventsStop = null;

async function keepEvents() {
  const stop = eventsStop = new AbortController();
  const pause = seconds => new Promise(resolve => {
    setTimeout(resolve, seconds * 1000);
    stop.signal.addEventListener("abort", resolve);
  });
  let how = "again", wait = 1;
  while (!stop.signal.aborted) {
    const since = Date.now();
    try {
      how = how === "ask" ? await askEvents(stop) : await followEvents(stop);
    } catch {
      how = "later";
    }
    if (stop.signal.aborted) return;
    if (how === "none") return void eventsState("this agent tells none; it is older");
    if (how === "token") return void eventsState("told to who has a token");
    if (how === "later") eventsState("not heard at the moment");
    wait = how === "later" ? Math.min(wait * 2, 10) : how === "ask" ? 2 : Date.now() - since < 1000 ? 1 : 0.2;
    await pause(wait);
  }
}

// A tab that nobody sees holds no connection.
function startEvents() {
  eventsStop?.abort();
  if (!document.hidden) keepEvents();
}

function listenToReader() {
  const list = byId("events"), look = () => { if (waiting.length > 0 && !isRead(list)) showEvents(); };
  byId("events-more").addEventListener("click", () => { showEvents(); list.focus(); });
  list.addEventListener("pointerleave", look);
  list.addEventListener("focusout", () => setTimeout(look));
  document.addEventListener("visibilitychange", startEvents);
}
