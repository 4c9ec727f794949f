// Asks for this page again and makes the parts that live into those of the answer. What has not
// changed stays the same element, so that focus, selection and scroll stay where they are.
"use strict";

const shortest = 2000; // ms between two answers
const share = 20;      // of the time that an answer takes, to wait for the next
const state = document.getElementById("state");
const pause = document.getElementById("pause");
const address = new URL(location.pathname + location.search, location.origin); // without a password
address.searchParams.set("part", "live");
let paused = false;
let timer;

function become(old, next) {
  if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName)
    return old.replaceWith(document.importNode(next, true));
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
    return;
  }
  if (old.matches(".copy")) return; // says what has become of a click
  for (const { name, value } of next.attributes)
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes])
    if (!next.hasAttribute(name) && !(old.nodeName === "DETAILS" && name === "open")) old.removeAttribute(name);
  const was = [...old.childNodes];
  const is = [...next.childNodes];
  was.slice(is.length).forEach(node => node.remove());
  is.forEach((node, i) => was[i] ? become(was[i], node) : old.append(document.importNode(node, true)));
}

function say(text) {
  if (state.textContent !== text) state.textContent = text;
}

async function refresh() {
  const begun = performance.now();
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (paused) return;
    for (const old of document.querySelectorAll("[data-live]")) become(old, next.getElementById(old.id));
    document.title = next.title;
    say("Live");
  } catch (error) {
    say(`No answer since ${new Date().toLocaleTimeString()}`);
  }
  clearTimeout(timer);
  timer = setTimeout(tick, Math.max(shortest, share * (performance.now() - begun)));
}

function tick() {
  if (!paused && !document.hidden) refresh();
}

pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? "Go on" : "Pause";
  say(paused ? `Paused at ${new Date().toLocaleTimeString()}` : "Live");
  clearTimeout(timer);
  tick();
});

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  tick();
});

// navigator.clipboard is there for https and for this machine alone.
async function copy(button) {
  const command = button.parentNode.querySelector("code");
  for (const other of document.querySelectorAll(".copy")) other.textContent = "Copy";
  getSelection().selectAllChildren(command);
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(command.textContent);
    else if (!document.execCommand("copy")) throw new Error("refused");
    button.textContent = "Copied";
  } catch (error) {
    button.textContent = "Press Ctrl+C";
  }
}

document.addEventListener("click", event => {
  if (event.target.matches(".copy")) copy(event.target);
});

document.documentElement.classList.add("script");
say("Live");
timer = setTimeout(tick, shortest);
