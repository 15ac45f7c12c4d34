// Lists what an answer is based on while it is written; the server lists it on a page that is read again.

document.addEventListener("agent-event", ({ target, detail }) => {
  const box = target.querySelector(".sources");
  const begins = detail.type === "RUN_STARTED";
  if (begins || (detail.type === "CUSTOM" && detail.name === "bizassist.sentence")) {
    box.querySelector("ol").replaceChildren();
    box.hidden = true;
  } else if (detail.type === "CUSTOM" && detail.name === "bizassist.source" && detail.value.title) {
    box.querySelector("ol").append(item(detail.value));
    box.hidden = false;
  }
});

function item({ title, section, url }) {
  const item = document.createElement("li");
  item.append(isWeb(url) ? link(title, url) : title);
  if (section) item.append(` · ${section}`);
  return item;
}

function link(title, url) {
  const link = document.createElement("a");
  link.textContent = title;
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
}

function isWeb(url) {
  return typeof url === "string" && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
