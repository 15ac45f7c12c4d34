// Shows answers while they are written; the page works without it, by reloading.

const turns = document.getElementById("turns");
const form = document.querySelector(".ask");
const field = form.elements.text;
const problem = form.querySelector(".problem");
let sending = false;

export function watch(answer) {
  const text = answer.querySelector(".text");
  const tools = answer.querySelector(".tools");
  const source = new EventSource(answer.dataset.events);
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    // What only some answers have is shown by scripts of their own.
    answer.dispatchEvent(new CustomEvent("agent-event", { detail: event, bubbles: true }));
    switch (event.type) {
      case "RUN_STARTED":
        tools.replaceChildren();
        break;
      case "TOOL_CALL_START":
        tools.append(tool(event));
        tools.hidden = false;
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
    answer.dispatchEvent(new CustomEvent("answered", { bubbles: true }));
  });
}

function tool(event) {
  const item = document.createElement("li");
  item.className = "running";
  item.dataset.call = event.toolCallId;
  item.textContent = event.toolCallName.split("___").pop().replaceAll("_", " ");
  return item;
}

function show(text, { from, pieces }) {
  const following = window.innerHeight + window.scrollY >= document.body.scrollHeight - 80;
  while (text.children.length > from) text.lastElementChild.remove();
  for (const html of pieces) {
    const piece = document.createElement("div");
    piece.innerHTML = html; // rendered and cleaned by the server
    text.append(piece);
  }
  if (following) window.scrollTo({ top: document.body.scrollHeight });
}

function list(title) {
  const conversations = document.querySelector(".conversations ul");
  if (conversations.querySelector("[aria-current]")) return;
  const link = document.createElement("a");
  link.href = form.action;
  link.textContent = title;
  link.setAttribute("aria-current", "page");
  const item = document.createElement("li");
  item.append(link);
  conversations.prepend(item);
}

async function ask(text) {
  const body = new FormData(form);
  body.set("text", text);
  const headers = { "X-Requested-With": "fetch", Accept: "text/plain" };
  const reply = await fetch(form.action, { method: "POST", body, headers });
  const content = await reply.text();
  if (!reply.ok) throw new Error(content);
  form.dispatchEvent(new Event("asked"));
  form.elements.form.value = number(); // what is asked next is another question
  document.querySelector(".empty")?.remove();
  list(text);
  turns.insertAdjacentHTML("beforeend", content); // one turn, escaped by the server
  history.replaceState(null, "", form.action);
  const answer = turns.lastElementChild.querySelector(".pending");
  if (answer) watch(answer);
  turns.lastElementChild.scrollIntoView({ block: "start" });
}

function number() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
}

async function send(text) {
  if (sending) return; // the second click of two
  sending = true;
  problem.hidden = true;
  const kept = field.value;
  field.value = "";
  try {
    await ask(text);
  } catch (error) {
    field.value = kept || text;
    problem.textContent = error.message || "Your question couldn't be sent. Please try again.";
    problem.hidden = false;
  } finally {
    sending = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (field.value.trim()) send(field.value);
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

for (const suggestion of document.querySelectorAll(".suggestion")) {
  suggestion.form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(suggestion.value);
  });
}

document.querySelectorAll(".pending").forEach(watch);
