// What goes along with a private message: chosen, pasted or dropped, put on the desk at once, sent with the message.
import { tell } from "./api.js";

const SLOW = 2_000_000; // bytes from which on progress is worth showing

let list, picker, button, say;
let listeners = [];
let open = false; // whether files can go along now
const items = new Map();
let numbers = 0;
let told = []; // what has become of the files that were added last, for whoever hears the page

export const onAlong = (listener) => listeners.push(listener);
export const alongIds = () => (open ? [...items.values()].filter((one) => one.id).map((one) => one.id) : []);
export const alongBusy = () => open && [...items.values()].some((one) => one.request);

export function startAlong(form) {
  list = document.getElementById("along");
  picker = document.getElementById("file");
  button = document.getElementById("attach");
  say = document.getElementById("along-words");
  button.addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    add(picker.files);
    picker.value = "";
  });
  list.addEventListener("click", (event) => {
    const which = event.target.closest("button[data-item]");
    if (which) remove(Number(which.dataset.item));
  });
  form.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (!files?.length) return;
    event.preventDefault();
    add(files);
  });
  const pane = document.getElementById("case");
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  pane.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault(); // else the browser would open the file in place of the desk
    event.dataTransfer.dropEffect = open ? "copy" : "none";
    form.dataset.over = open ? "yes" : "no";
  });
  pane.addEventListener("dragleave", (event) => pane.contains(event.relatedTarget) || delete form.dataset.over);
  pane.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    delete form.dataset.over;
    add(event.dataTransfer.files);
  });
}

// Files go along in private only, and only where the channel takes any.
export function allowAlong(kinds, isPrivate, whyNot) {
  open = isPrivate && Boolean(kinds);
  picker.accept = kinds;
  button.disabled = !open;
  button.title = open ? "Attach files; or paste or drop them here" : whyNot;
  list.hidden = !items.size || !open;
  if (!open) hear(); // what was said of them is no longer so
}

export function clearAlong() {
  items.clear();
  hear();
  draw();
}

function add(files) {
  if (!open) {
    tell(button.title, "refused");
    return;
  }
  hear();
  for (const file of files) put(file);
  document.getElementById("text").focus();
}

function put(file) {
  const item = { number: ++numbers, name: file.name || "pasted", size: file.size, done: 0, slow: file.size > SLOW };
  items.set(item.number, item);
  // fetch() tells nothing of how far an upload has come.
  const request = new XMLHttpRequest();
  item.request = request;
  request.open("POST", `/api/v1/files?name=${encodeURIComponent(item.name)}`);
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.setRequestHeader("X-CSRF-Token", document.querySelector("meta[name=csrf]").content);
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    item.done = event.lengthComputable ? event.loaded / event.total : 0;
    const bar = list.querySelector(`[data-number="${item.number}"] progress`);
    if (bar) bar.value = item.done;
  });
  request.addEventListener("loadend", () => {
    item.request = null;
    if (!items.has(item.number)) return;
    const answer = request.response || {};
    if (request.status === 201) Object.assign(item, answer);
    else item.why = answer.message || "The desk cannot be reached. Remove it and try again.";
    hear(...told, item.why ? `${item.name}: ${item.why}` : `${item.name} is attached.`);
    draw();
  });
  request.send(file);
  draw();
}

function remove(number) {
  const item = items.get(number);
  items.delete(number);
  item?.request?.abort();
  if (item?.id) {
    const headers = { "X-CSRF-Token": document.querySelector("meta[name=csrf]").content };
    fetch(`/api/v1/files/${item.id}`, { method: "DELETE", headers }).catch(() => {}); // it goes by itself in a day
  }
  if (item) hear(`${item.name} is removed.`);
  draw();
  (list.querySelector("button[data-item]") || document.getElementById("text")).focus();
}

function hear(...words) {
  told = words;
  const heard = words.join(" ");
  if (say.textContent !== heard) say.textContent = heard;
}

function draw() {
  list.replaceChildren(...[...items.values()].map(row));
  list.hidden = !items.size || !open;
  for (const listener of listeners) listener();
}

function row(item) {
  const line = document.createElement("li");
  line.dataset.number = item.number;
  line.dataset.state = item.why ? "refused" : item.id ? "ready" : "coming";
  if (item.id && item.kind === "image" && item.mime !== "image/heic") {
    const picture = document.createElement("img");
    picture.src = `/api/v1/files/${item.id}`;
    picture.alt = "";
    line.append(picture);
  }
  const words = document.createElement("span");
  const name = document.createElement("b");
  name.textContent = item.name;
  const more = document.createElement("small");
  more.textContent = item.why || (item.id ? size(item.size) : "is being put here");
  words.append(name, more);
  if (item.request && item.slow) {
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = item.done;
    bar.setAttribute("aria-label", `${item.name} is being put here`);
    words.append(bar);
  }
  const cross = document.createElement("button");
  cross.type = "button";
  cross.className = "button quiet";
  cross.dataset.item = item.number;
  cross.setAttribute("aria-label", `Remove ${item.name}`);
  cross.textContent = "×";
  line.append(words, cross);
  return line;
}

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
