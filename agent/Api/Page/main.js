// Asks once a second while somebody looks; draws what came.
let lastView = null, lastAnswer = null;

function live(isOn) {
  const ago = lastAnswer === null ? "no answer yet" : `no answer for ${span((Date.now() - lastAnswer) / 1000)}`;
  dress(byId("live"), `live ${isOn ? "on" : "off"}`);
  text("live-text", isOn ? "live" : ago);
  document.body.classList.toggle("stale", !isOn && lastAnswer !== null && Date.now() - lastAnswer > 2500);
}

const parts = [drawVerdict, drawFacts, drawTopology, drawChange, drawMembers, drawEpochs, drawDetails, drawDialog];

function take(view) {
  lastView = view;
  lastAnswer = Date.now();
  parts.forEach(part => part(view));
  live(true);
}

async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch("/view", { headers: credentials(), cache: "no-store", signal: AbortSignal.timeout(3000) });
      if (answer.status === 401 || answer.status === 403) {
        const said = await answer.json().catch(() => null);
        drawClosed(said?.detail ?? "");
      } else if (!answer.ok) {
        throw new Error(`status ${answer.status}`);
      } else {
        take(await answer.json());
      }
    } catch (error) {
      console.warn(`no picture: ${error.message}`);
      live(false);
      if (lastView && Date.now() - lastAnswer > 2500) drawSilence(lastView, (Date.now() - lastAnswer) / 1000);
    }
  }
  setTimeout(refresh, 1000);
}

startScheme();
startDialog();
drawLegend();
listenToReader();
startEvents();
byId("epochs-older").addEventListener("click", () => { allEpochs = true; if (lastView) drawEpochs(lastView); });
const fit = () => [drawTopology, drawChange].forEach(part => lastView && part(lastView));
new ResizeObserver(fit).observe(byId("topology"));
refresh();
