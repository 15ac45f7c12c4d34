// Keeps the messages fresh and sends without a reload; the page works without this file.
"use strict";

const messages = document.getElementById("messages");
const form = document.getElementById("compose");
let etag = "";

const toLatest = () => { messages.scrollTop = messages.scrollHeight; };

async function refresh() {
  const headers = etag ? { "If-None-Match": etag } : {};
  const answer = await fetch(messages.dataset.address, { headers, cache: "no-store" });
  if (answer.status !== 200) return;
  etag = answer.headers.get("ETag") ?? "";
  const atEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 60;
  messages.innerHTML = await answer.text();
  if (atEnd) toLatest();
}

async function keepFresh() {
  try {
    await refresh();
  } catch {
    // The stack is being restarted; the next look will tell.
  }
  setTimeout(keepFresh, 500);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  if (!form.text.value.trim()) return;
  form.text.value = "";
  await fetch(form.action, { method: "POST", body, redirect: "manual" });
  await refresh();
  toLatest();
});

form.text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

toLatest();
keepFresh();
