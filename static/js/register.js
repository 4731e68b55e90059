/**
 * The register without reloading: the addresses are those that work without scripts, and of the page that answers only
 * `#register` is put in place. History, focus, opened parts and the title are kept right; what was found is said aloud.
 */
const here = () => location.pathname + location.search;
const region = () => document.getElementById("register");
const panel = () => document.getElementById("filters");
let pending;
let shown = here();

/** How a control is found again after it was replaced; other things lead to the heading of the results. */
function nameOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.name) return `[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]`;
  const part = element.closest("details[id]");
  return part ? `#${CSS.escape(part.id)} > summary` : "#results";
}

function put(fresh, goal) {
  const held = region().contains(document.activeElement) ? document.activeElement : null;
  const open = new Map([...region().querySelectorAll("details[id]")].map((part) => [part.id, part.open]));
  const sheet = panel().matches(":popover-open") && panel().scrollTop;
  region().replaceWith(document.adoptNode(fresh));
  for (const part of fresh.querySelectorAll("details[id]")) part.open = open.get(part.id) ?? part.open;
  if (sheet !== false) {
    panel().showPopover();
    panel().scrollTop = sheet;
  }
  if (!held && !goal) return;
  const again = fresh.querySelector(goal ?? nameOf(held)) ?? fresh.querySelector("#results");
  if (held?.type === "search" && !goal) again.value = held.value;
  again.focus({ preventScroll: again.id !== "results" });
}

async function show(address, { remember = true, goal = null } = {}) {
  pending?.abort();
  pending = new AbortController();
  region().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: pending.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("register");
    if (!answer.ok || !fresh) throw new Error(`No register at ${address}`);
    if (remember && new URL(address, location).href !== location.href) history.pushState(null, "", address);
    shown = here();
    put(fresh, goal);
    document.title = page.title;
    document.getElementById("register-says").textContent = fresh.querySelector("#results").textContent.trim();
  } catch (problem) {
    if (problem.name !== "AbortError") location.assign(address);
  }
}

/** Another day of the record changes more than the register: that is for the browser. */
function follow(address, goal) {
  const dayOf = (url) => new URL(url, location).searchParams.get("as_of");
  if (dayOf(address) !== dayOf(location)) location.assign(address);
  else show(address, { goal });
}

/** Whether somebody chose otherwise than the page came: what was ticked before this script arrived is heard too. */
function chosen(form) {
  return [...form.elements].some((field) => {
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.type !== "select-one") return false;
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  });
}

function submit(form, goal) {
  const words = [...new FormData(form)].filter(([, value]) => value);
  follow(`${location.pathname}?${new URLSearchParams(words)}`, goal);
}

if (region()) {
  document.documentElement.classList.add("scripted");
  document.addEventListener("change", ({ target }) => {
    if (target.form?.id === "register-form" && target.matches("[type=checkbox], select")) submit(target.form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "register-form") return;
    event.preventDefault();
    const sheet = panel().matches(":popover-open");
    if (sheet) panel().hidePopover();
    submit(event.target, sheet ? "#results" : null);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('#register a[href^="?"]');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    follow(link.href);
  });
  addEventListener("popstate", () => {
    if (here() !== shown) show(location.href, { remember: false });
  });
  const form = document.getElementById("register-form");
  if (chosen(form)) submit(form);
}
