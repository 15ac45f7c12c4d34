// Brings what stands below an answer without a reload; the forms work without it.

const turns = document.getElementById("turns");
const headers = { "X-Requested-With": "fetch" };

async function below(turn, answer) {
  const reply = await answer;
  if (!reply.ok) return false;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const after = page.querySelector(".after"); // escaped by the server
  if (!after) return false;
  const before = turn.querySelector(".after");
  const why = after.querySelector(".why");
  if (why) why.open = before?.querySelector(".why")?.open ?? false;
  if (before) before.replaceWith(after);
  else turn.append(after);
  for (const part of [".steps", ".sources"]) {
    const whole = [...page.querySelectorAll(part)].at(-1);
    const shown = [...turn.querySelectorAll(part)].at(-1);
    if (whole && shown && !shown.querySelector("[open]") && !shown.open) shown.replaceWith(whole);
  }
  return true;
}

turns.addEventListener("answered", (event) => {
  const address = event.target.dataset.events.replace(/\/events$/, "");
  below(event.target.closest(".turn"), fetch(address, { headers }));
});

turns.addEventListener("submit", async (event) => {
  const form = event.target.closest(".feedback");
  if (!form || form.dataset.plain) return;
  event.preventDefault();
  const turn = form.closest(".turn");
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const given = fetch(form.action, { method: "POST", body, headers });
  if (!(await below(turn, given).catch(() => false))) {
    form.dataset.plain = "yes"; // the page that the server then answers says what is wrong
    form.requestSubmit(event.submitter);
    return;
  }
  const comment = turn.querySelector(".comment input:not([type=hidden])");
  (comment ?? turn.querySelector(".feedback [aria-pressed=true]"))?.focus();
});
