// Shows the files that were chosen, each with a button to leave it out; checks them before they go.

const form = document.querySelector(".ask");
const input = form.elements.files;
const chosen = form.querySelector(".chosen");
const problem = form.querySelector(".problem");
const types = input.accept.split(",");
const MOST_FILES = 10;
const MOST_BYTES = 20 * 1024 * 1024;

form.classList.add("scripted");
let files = [];

function refusal(all) {
  const odd = all.find((file) => !types.some((type) => file.name.toLowerCase().endsWith(type)));
  if (odd) return `I can't read ${odd.name}. Please attach PDF, Word, Excel, PowerPoint, CSV, HTML and text files.`;
  const empty = all.find((file) => !file.size);
  if (empty) return `${empty.name} is empty. Please attach another file.`;
  if (all.length > MOST_FILES) return `Please attach at most ${MOST_FILES} files to one question.`;
  const size = all.reduce((sum, file) => sum + file.size, 0);
  return size > MOST_BYTES ? "Please attach at most 20 MB to one question." : "";
}

function take(more) {
  const sentence = refusal([...files, ...more]);
  problem.textContent = sentence;
  problem.hidden = !sentence;
  if (!sentence) files = [...files, ...more];
  show();
}

function show() {
  const transfer = new DataTransfer();
  files.forEach((file) => transfer.items.add(file));
  input.files = transfer.files;
  chosen.replaceChildren(...files.map(entry));
  chosen.hidden = !files.length;
}

function entry(file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = file.name;
  const size = document.createElement("span");
  size.className = "size";
  size.textContent = readable(file.size);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "Remove";
  remove.setAttribute("aria-label", `Remove ${file.name}`);
  remove.addEventListener("click", () => {
    files = files.filter((other) => other !== file);
    show();
    input.focus();
  });
  item.append(name, " ", size, " ", remove);
  return item;
}

function readable(size) {
  const megabytes = size / 1024 / 1024;
  return megabytes >= 1 ? `${megabytes.toFixed(1)} MB` : `${Math.ceil(size / 1024)} KB`;
}

input.addEventListener("change", () => take([...input.files]));

form.addEventListener("asked", () => {
  files = [];
  show();
});

// Files may be dropped anywhere on the page, and pasted; words are the field's own.
const holdsFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
let over = 0; // a drag enters what lies below the pointer before it leaves what lay there

function dragging(change) {
  over = Math.max(0, over + change);
  document.body.classList.toggle("dropping", over > 0);
}

document.addEventListener("dragenter", (event) => holdsFiles(event) && dragging(1));
document.addEventListener("dragleave", (event) => holdsFiles(event) && dragging(-1));
document.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());

document.addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  dragging(-over);
  take([...event.dataTransfer.files]);
});

document.addEventListener("paste", (event) => {
  const pasted = [...(event.clipboardData?.files ?? [])];
  if (!pasted.length || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  take(pasted);
});
