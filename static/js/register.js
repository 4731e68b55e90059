/**
 * Update the register without reloading the page. Addresses are the same as without scripts; only `#register` of the
 * fetched page is inserted. History, focus, open details and the title are kept, and the result count is announced.
 */
const currentAddress = () => location.pathname + location.search;
const region = () => document.getElementById("register");
const panel = () => document.getElementById("filters");
let pendingRequest;
let shownAddress = currentAddress();

/** Return a selector that finds the control again after the replacement, or the results heading. */
function selectorOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.name) return `[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]`;
  const part = element.closest("details[id]");
  return part ? `#${CSS.escape(part.id)} > summary` : "#results";
}

function replaceRegister(fresh, focusSelector) {
  const focused = region().contains(document.activeElement) ? document.activeElement : null;
  const open = new Map([...region().querySelectorAll("details[id]")].map((part) => [part.id, part.open]));
  const panelScroll = panel().matches(":popover-open") && panel().scrollTop;
  region().replaceWith(document.adoptNode(fresh));
  for (const part of fresh.querySelectorAll("details[id]")) part.open = open.get(part.id) ?? part.open;
  if (panelScroll !== false) {
    panel().showPopover();
    panel().scrollTop = panelScroll;
  }
  if (!focused && !focusSelector) return;
  const control = fresh.querySelector(focusSelector ?? selectorOf(focused)) ?? fresh.querySelector("#results");
  if (focused?.type === "search" && !focusSelector) control.value = focused.value;
  control.focus({ preventScroll: control.id !== "results" });
}

async function load(address, { addToHistory = true, focusSelector = null } = {}) {
  pendingRequest?.abort();
  pendingRequest = new AbortController();
  region().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { signal: pendingRequest.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("register");
    if (!response.ok || !fresh) throw new Error(`No register at ${address}`);
    if (addToHistory && new URL(address, location).href !== location.href) history.pushState(null, "", address);
    shownAddress = currentAddress();
    replaceRegister(fresh, focusSelector);
    document.title = page.title;
    document.getElementById("register-says").textContent = fresh.querySelector("#results").textContent.trim();
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

/** Load the page in place, or reload it where `as_of` changes, as that changes more than the register. */
function navigate(address, focusSelector) {
  const dayOf = (url) => new URL(url, location).searchParams.get("as_of");
  if (dayOf(address) !== dayOf(location)) location.assign(address);
  else load(address, { focusSelector });
}

/** Return whether a filter was changed before this script had loaded. */
function hasChanged(form) {
  return [...form.elements].some((field) => {
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.type !== "select-one") return false;
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  });
}

function submit(form, focusSelector) {
  const params = [...new FormData(form)].filter(([, value]) => value);
  navigate(`${location.pathname}?${new URLSearchParams(params)}`, focusSelector);
}

if (region()) {
  document.documentElement.classList.add("scripted");
  document.addEventListener("change", ({ target }) => {
    if (target.form?.id === "register-form" && target.matches("[type=checkbox], select")) submit(target.form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "register-form") return;
    event.preventDefault();
    const isPanelOpen = panel().matches(":popover-open");
    if (isPanelOpen) panel().hidePopover();
    submit(event.target, isPanelOpen ? "#results" : null);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('#register a[href^="?"]');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(link.href);
  });
  addEventListener("popstate", () => {
    if (currentAddress() !== shownAddress) load(location.href, { addToHistory: false });
  });
  const form = document.getElementById("register-form");
  if (hasChanged(form)) submit(form);
}
