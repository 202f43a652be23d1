// Asking the cluster for something: the token of this tab, the request, and what the answer means.
const token = () => kept(sessionStorage, "mysqlha-token") ?? "";

// A token goes over TLS, or to this very machine; over a line that others hear it is never sent.
const lineIsSafe = location.protocol === "https:" || /^(127\.|localhost$|\[::1\]$)/.test(location.hostname);
const safePage = `https://${location.host}/census`;

const credentials = () => lineIsSafe && token() ? { Authorization: `Bearer ${token()}` } : {};

function keepToken(value) {
  kept(sessionStorage, "mysqlha-token", value || null);
  byId("forget").hidden = !token();
}

// One request. outcome: done, refused or unknown; or token: who asks has none that may.
async function ask(method, path, body) {
  const headers = { ...credentials(), Accept: "application/json", "Content-Type": "application/json" };
  let answer, said;
  try {
    answer = await fetch(path, { method, headers, body: JSON.stringify(body), cache: "no-store", signal: AbortSignal.timeout(130000) });
    said = await answer.json();
  } catch (error) {
    if (answer && !answer.ok) return { outcome: "refused", code: "no-reason", text: `the node answered with status ${answer.status}` };
    return { outcome: "unknown", code: "no-answer", text: `no answer came (${error.message})` };
  }
  const code = String(said?.reason?.code ?? said?.code ?? "");
  const words = String(said?.reason?.text ?? said?.detail ?? `the node answered with status ${answer.status}`);
  if (["done", "refused", "unknown"].includes(said?.outcome)) return { outcome: said.outcome, code, text: words };
  if (answer.status === 401 || answer.status === 403) return { outcome: "token", code, text: words };
  if (answer.status === 404 && code === "no-such-resource") {
    return { outcome: "refused", code, text: "this agent takes no requests from a page: it is older than the page expects" };
  }
  return { outcome: answer.status === 504 ? "unknown" : "refused", code, text: words };
}
