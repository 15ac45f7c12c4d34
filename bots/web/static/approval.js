// Buttons at an answer act without a reload; the forms work without it.

import { replaceTurn, turns } from "./chat.js";

const headers = { "X-Requested-With": "fetch", Accept: "text/plain" };

async function renew(turn, reply) {
  const content = await reply.text();
  if (!reply.ok) throw new Error(content);
  return replaceTurn(turn, content);
}

turns.addEventListener("submit", async (event) => {
  const form = event.target.closest(".act");
  if (!form || form.dataset.plain) return;
  event.preventDefault();
  const stopping = form.matches(".stop");
  const body = new URLSearchParams(new FormData(form, event.submitter));
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    const reply = await fetch(form.action, { method: "POST", body, headers });
    if (!reply.ok) throw new Error();
    if (stopping) return; // the stream that shows the answer brings its end
    const fresh = await renew(form.closest(".turn"), reply);
    fresh.querySelector(".answer").focus();
  } catch {
    for (const button of form.querySelectorAll("button")) button.disabled = false;
    form.dataset.plain = "yes"; // the page that the server then answers says what is wrong
    form.requestSubmit(event.submitter);
  }
});

turns.addEventListener("agent-event", async ({ target, detail }) => {
  if (detail.type !== "RUN_FINISHED" || detail.outcome?.type !== "interrupt") return;
  const reply = await fetch(target.dataset.events.replace(/\/events$/, ""), { headers });
  const fresh = await renew(target.closest(".turn"), reply);
  fresh.querySelector(".approval")?.scrollIntoView({ block: "nearest" });
});

// A new question drops what an earlier answer asks.
new MutationObserver(async () => {
  const [dropped] = turns.querySelectorAll(".turn:not(:last-child) .approval");
  if (!dropped) return;
  const turn = dropped.closest(".turn");
  dropped.remove();
  await renew(turn, await fetch(dropped.dataset.turn, { headers }));
}).observe(turns, { childList: true });
