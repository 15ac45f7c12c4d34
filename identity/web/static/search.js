// Searches while somebody types: the page is asked as its form would, and what it found is shown.

const form = document.querySelector("form[data-searches]");
const PAUSE = 250; // milliseconds without a key, after which a word is worth looking for
let timer = 0;
let asked = 0;

async function search() {
  const number = ++asked;
  const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
  const reply = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!reply?.ok || number !== asked) return; // the button still works, and says what is wrong
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const found = document.getElementById("found");
  found.replaceChildren(...page.getElementById("found").childNodes); // escaped by the server
  found.dispatchEvent(new Event("found"));
  history.replaceState(null, "", address);
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE);
});
