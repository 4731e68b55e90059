/**
 * The register without reloading: the page is asked by the same addresses as without scripts, and only its region
 * marked `data-register` is put in place. History, focus and opened parts are kept; how many were found is said aloud.
 */
const SMALL = matchMedia("(max-width: 61.99rem)");
let pending;

const region = () => document.querySelector("[data-register]");

/** How an element of the region is found again after it was replaced. */
function nameOf(element) {
  if (!region()?.contains(element)) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  return element.name ? `[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]` : "#results";
}

function opened() {
  return new Map([...region().querySelectorAll("details[data-facet]")].map((part) => [part.dataset.facet, part.open]));
}

async function show(address, { remember = true, focus = nameOf(document.activeElement) } = {}) {
  pending?.abort();
  const asked = (pending = new AbortController());
  region().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: asked.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-register]");
    if (!answer.ok || !fresh) throw new Error(`No register at ${address}`);
    const before = opened();
    region().replaceWith(document.adoptNode(fresh));
    for (const part of region().querySelectorAll("details[data-facet]")) {
      part.open = before.get(part.dataset.facet) ?? part.open;
    }
    document.title = page.title;
    if (remember) history.pushState(null, "", address);
    if (focus) region().querySelector(focus)?.focus();
    document.querySelector("[data-register-says]").textContent = region().querySelector("#results").textContent.trim();
    prepare();
  } catch (problem) {
    if (problem.name !== "AbortError") location.assign(address);
  }
}

/** The address of the form as it stands, without the words that are left empty. */
function asked(form) {
  const words = [...new FormData(form)].filter(([, value]) => value !== "");
  return `${location.pathname}?${new URLSearchParams(words)}`;
}

function prepare() {
  for (const button of region().querySelectorAll("[data-without-scripts]")) button.hidden = true;
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.id === "filters" && event.target.type !== "search") show(asked(form));
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "filters") return;
  event.preventDefault();
  show(asked(event.target), { focus: "#results" });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('[data-register] a[href^="?"]');
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  show(link.href, { focus: "#results" });
});

addEventListener("popstate", () => show(location.href, { remember: false, focus: null }));

if (region()) {
  prepare();
  if (SMALL.matches) region().querySelector("details.filters").open = false;
}
