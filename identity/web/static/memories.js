// Forgets after ten seconds, in which it can be undone; without scripts it is forgotten at once.

const UNDO_SECONDS = 10;
const found = document.getElementById("found");
const waiting = new Map();

function forget(form, { leaving = false } = {}) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  const body = new URLSearchParams(new FormData(form));
  const sent = fetch(form.action, { method: "POST", body, keepalive: true, redirect: "manual" });
  if (leaving) return;
  sent
    .then((reply) => {
      if (reply.type !== "opaqueredirect" && !reply.ok) throw new Error();
      form.closest("li").remove();
    })
    .catch(() => {
      undo(form);
      form.dataset.plain = "yes"; // the page that the server then answers says what is wrong
      form.requestSubmit();
    });
}

function undo(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  const item = form.closest("li");
  item.classList.remove("going");
  item.querySelector(".undo")?.remove();
  form.hidden = false;
  form.querySelector("button").focus();
}

found?.addEventListener("submit", (event) => {
  const form = event.target.closest(".forget");
  if (!form || form.dataset.plain) return;
  event.preventDefault();
  const said = document.createElement("p");
  said.className = "undo";
  said.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "Undo";
  button.addEventListener("click", () => undo(form));
  said.append("Forgotten. ", button);
  form.hidden = true;
  form.after(said);
  form.closest("li").classList.add("going");
  button.focus();
  waiting.set(form, setTimeout(() => forget(form), UNDO_SECONDS * 1000));
});

// Who leaves, or searches on, meant it.
const all = () => [...waiting.keys()].forEach((form) => forget(form, { leaving: true }));
window.addEventListener("pagehide", all);
document.querySelector("form[data-searches]")?.addEventListener("input", all);
