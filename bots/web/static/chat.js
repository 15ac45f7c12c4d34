// Shows answers while they are written; the page works without it, by reloading.

export const turns = document.getElementById("turns");
const scroll = document.querySelector(".scroll");
const jump = document.querySelector(".jump");
let following = true;
const RETRY_SECONDS = [1, 2, 4, 8, 15];
const headers = { "X-Requested-With": "fetch", Accept: "text/plain" };

export function watch(answer, tried = 0) {
  const text = answer.querySelector(".text");
  const steps = answer.querySelector(".steps");
  const tools = answer.querySelector(".tools");
  const source = new EventSource(answer.dataset.events);
  source.onmessage = ({ data }) => {
    tried = 0;
    const event = JSON.parse(data);
    // What only some answers have is shown by scripts of their own.
    answer.dispatchEvent(new CustomEvent("agent-event", { detail: event, bubbles: true }));
    switch (event.type) {
      case "RUN_STARTED":
        tools.replaceChildren();
        break;
      case "TOOL_CALL_START":
        tools.append(tool(event));
        steps.hidden = false;
        break;
      case "TOOL_CALL_RESULT":
        tools.querySelector(`[data-call="${CSS.escape(event.toolCallId)}"]`)?.classList.remove("running");
        break;
      case "CUSTOM":
        if (event.name === "bizassist.html") show(text, event.value);
    }
  };
  source.addEventListener("crowded", () => source.close()); // too many answers are looked at
  source.addEventListener("over", () => {
    source.close();
    text.setAttribute("aria-busy", "false");
    answer.classList.remove("pending");
    for (const cut of tools.querySelectorAll(".running")) cut.remove(); // it was stopped
    steps.open = false;
    steps.hidden = !tools.children.length;
    answer.dispatchEvent(new CustomEvent("answered", { bubbles: true }));
  });
  source.onerror = () => {
    source.close(); // the browser alone would try for ever, and never say so
    lookAgain(answer, tried);
  };
}

// The answer may be there by now, or somebody has to do something.
async function lookAgain(answer, tried) {
  const turn = answer.closest(".turn");
  const address = answer.dataset.events.replace(/\/events$/, "");
  for (; tried < RETRY_SECONDS.length; tried += 1) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_SECONDS[tried] * 1000));
    if (!turn.isConnected) return;
    const reply = await fetch(address, { headers }).catch(() => null);
    if (reply?.status === 401) return say(answer, "Your session is over. ", signIn());
    if (reply?.status === 404) return say(answer, "This question isn't kept any more. ");
    if (reply?.ok) return replaceTurn(turn, await reply.text(), tried + 1);
  }
  const retry = document.createElement("button");
  retry.type = "button";
  retry.className = "quiet";
  retry.textContent = "Retry";
  retry.addEventListener("click", () => {
    retry.parentElement.remove();
    lookAgain(answer, RETRY_SECONDS.length - 1);
  });
  say(answer, "Connection lost; your question is kept. ", retry);
}

function say(answer, sentence, action = "") {
  answer.querySelector(".lost")?.remove();
  const said = document.createElement("p");
  said.className = "notice lost";
  said.setAttribute("role", "alert");
  said.append(sentence, action);
  answer.append(said);
}

export function signIn() {
  const link = document.createElement("a");
  link.href = `/auth/login?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = "Sign in again";
  return link;
}

// Puts what the server says of a turn in its place, and goes on watching.
export function replaceTurn(turn, content, tried = 0) {
  turn.insertAdjacentHTML("afterend", content); // one turn, escaped by the server
  const fresh = turn.nextElementSibling;
  turn.remove();
  const answer = fresh.querySelector(".answer.pending");
  if (answer) watch(answer, tried);
  return fresh;
}

export function addTurn(content) {
  document.querySelector(".empty")?.remove();
  turns.insertAdjacentHTML("beforeend", content);
  const answer = turns.lastElementChild.querySelector(".pending");
  if (answer?.dataset.events) watch(answer);
  toEnd();
  return turns.lastElementChild;
}

function tool(event) {
  const item = document.createElement("li");
  item.className = "running";
  item.dataset.call = event.toolCallId;
  item.textContent = event.toolCallName.split("___").pop().replaceAll("_", " ");
  return item;
}

function show(text, { from, pieces }) {
  while (text.children.length > from) text.lastElementChild.remove();
  for (const html of pieces) {
    const piece = document.createElement("div");
    piece.innerHTML = html; // rendered and cleaned by the server
    text.append(piece);
  }
}

function toEnd() {
  following = true;
  scroll.scrollTop = scroll.scrollHeight;
}

scroll.addEventListener("scroll", () => {
  following = scroll.scrollTop + scroll.clientHeight >= scroll.scrollHeight - 80;
  jump.hidden = following;
});

// Who reads at the end stays there while the answer grows; who has scrolled away isn't moved.
new ResizeObserver(() => following && toEnd()).observe(turns);

jump.addEventListener("click", () => {
  toEnd();
  document.getElementById("text").focus();
});

// Stop stands beside the field as well, so that it is in reach wherever somebody reads.
const halt = document.querySelector(".halt");
const stop = () => turns.querySelector(".turn:last-child .pending .stop");
new MutationObserver(() => {
  halt.hidden = !stop();
}).observe(turns, { childList: true, subtree: true, attributeFilter: ["class"] });
halt.hidden = !stop();
halt.addEventListener("click", () => stop()?.requestSubmit());

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector(":popover-open")) return;
  stop()?.requestSubmit();
});

turns.querySelectorAll(".pending").forEach((answer) => watch(answer));
toEnd();
