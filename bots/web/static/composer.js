// Sends questions without a reload, shows them at once, and keeps what isn't sent yet.

import { addTurn, replaceTurn, signIn, turns } from "./chat.js";

const chat = document.querySelector(".chat");
const form = document.querySelector(".ask");
const field = form.elements.text;
const problem = form.querySelector(".problem");
const draft = () => `draft:${chat.dataset.owner}:${location.pathname}`; // a new chat has no name yet
const followed = `asked:${chat.dataset.owner}`; // tells the other tabs of a new question
const UNSENT = "Your question couldn't be sent. Please try again.";
const OFFLINE = "You seem to be offline. Your question is kept here; send it again when you are back.";
let sending = null;

class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

function send(text, { files = true } = {}) {
  if (sending) return; // the second click of two
  problem.hidden = true;
  const body = new FormData(form);
  body.set("text", text);
  if (!files) body.delete("files");
  const kept = field.value;
  field.value = "";
  const waiting = addTurn(placeholder(text));
  const request = new XMLHttpRequest(); // fetch tells nothing of how far an upload is
  sending = request;
  waiting.querySelector("button").addEventListener("click", () => request.abort());
  post(request, body, waiting)
    .then((content) => taken(text, waiting, content, files))
    .catch((error) => refused(error, waiting, kept || text))
    .finally(() => {
      sending = null;
    });
}

function post(request, body, waiting) {
  return new Promise((resolve, reject) => {
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.setRequestHeader("Accept", "text/plain");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      const share = Math.floor((100 * loaded) / total);
      if (total > 256 * 1024) waiting.querySelector(".thinking").textContent = `Sending… ${share} %`;
    });
    request.addEventListener("load", () => {
      if (request.status < 400) resolve(request.responseText);
      else reject(new Refused(request.status, request.responseText));
    });
    request.addEventListener("error", () => reject(new Refused(0, navigator.onLine ? UNSENT : OFFLINE)));
    request.addEventListener("abort", () => reject(new Refused(0, "")));
    request.send(body);
  });
}

function taken(text, waiting, content, files) {
  const fresh = replaceTurn(waiting, content);
  if (files) form.dispatchEvent(new Event("asked"));
  form.elements.form.value = number(); // what is asked next is another question
  localStorage.removeItem(draft());
  list(text);
  history.replaceState(null, "", form.action);
  localStorage.setItem(followed, `${form.action}/${fresh.id.replace("turn-", "")}`);
  localStorage.removeItem(followed);
}

function refused({ status, message }, waiting, text) {
  waiting.remove();
  field.value = text;
  keep();
  if (!message && !status) return; // it was cancelled
  problem.textContent = status >= 500 && !message ? UNSENT : message || UNSENT;
  if (status === 401) problem.replaceChildren("Your session is over; your question is kept. ", signIn());
  problem.hidden = false;
}

function placeholder(text) {
  const turn = document.createElement("article");
  turn.className = "turn sending";
  turn.innerHTML = `<h2 class="question"></h2>
    <div class="answer pending"><div class="text" aria-live="polite"><p class="thinking">Sending…</p></div>
    <button class="quiet" type="button">Cancel</button></div>`;
  turn.querySelector(".question").textContent = text;
  return turn.outerHTML;
}

function list(title) {
  const conversations = document.querySelector(".conversations ul");
  if (conversations.querySelector("[aria-current]")) {
    conversations.prepend(conversations.querySelector("[aria-current]").closest("li"));
    return;
  }
  const link = document.createElement("a");
  link.href = form.action;
  link.textContent = title;
  link.setAttribute("aria-current", "page");
  const item = document.createElement("li");
  item.append(link);
  conversations.prepend(item);
  document.title = `${title.slice(0, 60)} · BizAssist`;
}

function number() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
}

function keep() {
  if (field.value.trim()) localStorage.setItem(draft(), field.value);
  else localStorage.removeItem(draft());
}

// Drafts are their owner's: another person at this browser finds none.
function forgetDrafts(own) {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("draft:") && (!own || !name.startsWith(own))) localStorage.removeItem(name);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (field.value.trim()) send(field.value);
});

field.addEventListener("input", keep);

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

turns.addEventListener("submit", (event) => {
  const again = event.target.closest(".ask-again");
  if (!again) return;
  event.preventDefault();
  send(again.elements.text.value, { files: false });
});

turns.addEventListener("click", async (event) => {
  const { target } = event;
  const turn = target.closest(".turn");
  if (target.matches(".edit")) {
    event.preventDefault();
    field.value = turn.querySelector(".question").textContent;
    keep();
    field.focus();
  } else if (target.matches(".copy")) {
    const texts = [...turn.querySelectorAll(".answer .text")].map((text) => text.innerText);
    await navigator.clipboard.writeText(texts.join("\n\n"));
    target.textContent = "Copied";
    setTimeout(() => (target.textContent = "Copy"), 2000);
  }
});

window.addEventListener("storage", async ({ key, newValue: asked }) => {
  if (key !== followed || !asked?.startsWith(`${form.action}/`)) return;
  if (document.getElementById(`turn-${asked.slice(form.action.length + 1)}`)) return;
  const reply = await fetch(asked, { headers: { "X-Requested-With": "fetch" } });
  if (reply.ok) addTurn(await reply.text());
});

document.querySelector(".who").addEventListener("submit", () => forgetDrafts(""));
forgetDrafts(`draft:${chat.dataset.owner}:`);
field.value ||= localStorage.getItem(draft()) ?? "";
