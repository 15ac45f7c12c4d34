// Copies a block of code by its button.

const turns = document.getElementById("turns");

turns.addEventListener("click", async ({ target }) => {
  if (!target.matches(".copy-code")) return;
  const parts = target.closest(".code");
  await navigator.clipboard.writeText(parts.querySelector("pre").textContent);
  target.textContent = "Copied";
  setTimeout(() => (target.textContent = "Copy"), 2000);
});
