/**
 * Keeps what is typed into the form: at the portal a moment after typing stops, and in this browser for as long as the
 * portal cannot be reached or nobody is signed in. What is laid into a form that is opened again is the server's work:
 * words that this browser still keeps are sent there, and the page is asked for anew. Files are not kept.
 */
const PAUSE = 1000; // ms after the last key
const RETRY = 5000; // ms between attempts while something is in the way
const bar = document.getElementById("working-copy");
const form = bar && document.querySelector(bar.dataset.form);
const notice = document.getElementById("kept-here");

if (form) {
  const { address, user } = bar.dataset;
  const key = `working-copy:${user}:${address}`;
  const ours = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  let seen = bar.dataset.seen;
  let sent = JSON.stringify(served());
  let trouble = "";
  let leaving = false;
  let timer;
  let underway = null;

  function entries() {
    const all = [...new FormData(form)];
    return all.filter(([name, value]) => typeof value === "string" && isKept(name));
  }

  function isKept(name) {
    return !name.startsWith("_") && !name.includes("__prefix__") && name !== "csrfmiddlewaretoken";
  }

  /** What the page came with: whoever types before this script has arrived is heard too. */
  function served() {
    return [...form.elements].filter(({ name, disabled }) => name && !disabled && isKept(name)).flatMap(defaults);
  }

  function defaults(field) {
    const { name, type, options } = field;
    if (["file", "submit", "button", "reset", "image"].includes(type)) return [];
    if (type === "checkbox" || type === "radio") return field.defaultChecked ? [[name, field.value]] : [];
    if (!options) return [[name, field.defaultValue]];
    const chosen = [...options].filter((option) => option.defaultSelected);
    if (!chosen.length && type === "select-one" && options.length) chosen.push(options[0]);
    return chosen.map((option) => [name, option.value]);
  }

  function state() {
    return JSON.stringify(entries());
  }

  function body(pairs) {
    const data = new FormData();
    for (const [name, value] of pairs) data.append(name, value);
    data.append("_user", user);
    data.append("_window", ours);
    data.append("_seen", seen);
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    return data;
  }

  /** The sentence changes at most once a minute, so that nobody who listens is told of every pause. */
  function say(sentence) {
    const line = bar.querySelector("[role=status]");
    if (line.textContent !== sentence) line.textContent = sentence;
    bar.querySelector("a").hidden = trouble !== "signed-out";
    bar.classList.toggle("copy-says--trouble", Boolean(trouble));
  }

  function sayKept() {
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    say(bar.dataset.saved.replace("{time}", time.format(new Date())));
  }

  // This browser's own keeping

  function keepHere(now) {
    try {
      localStorage.setItem(key, JSON.stringify({ entries: JSON.parse(now), base: seen }));
      return true;
    } catch {
      return false;
    }
  }

  function keptIn(storage) {
    try {
      return JSON.parse(storage.getItem(key));
    } catch {
      return null;
    }
  }

  function forget() {
    try {
      localStorage.removeItem(key);
      sessionStorage.removeItem(key);
    } catch {
      // What keeps nothing has nothing to forget.
    }
  }

  // The portal's keeping

  async function post(pairs) {
    return fetch(address, { method: "POST", body: body(pairs), redirect: "manual" });
  }

  const isJson = (answer) => (answer.headers.get("Content-Type") ?? "").startsWith("application/json");

  /** Whether one can write here again: after signing in anew the page needs the new session's token. */
  async function renew() {
    const answer = await fetch(address, { redirect: "manual", headers: { "Cache-Control": "no-cache" } });
    if (!answer.ok || !isJson(answer)) return false;
    const { token } = await answer.json();
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
    return true;
  }

  /** 'kept'; 'refused', by a portal that gave its reason; or 'away', when the words are in this browser alone. */
  async function attempt() {
    const now = state();
    if (now === sent && !trouble) return "kept";
    let answer;
    try {
      answer = await post(JSON.parse(now));
      if (!answer.ok && !isJson(answer) && answer.status < 500 && (await renew())) answer = await post(JSON.parse(now));
    } catch {
      return away(now, "offline");
    }
    if (answer.status >= 500 || (answer.status >= 400 && answer.status !== 403 && !isJson(answer))) return away(now, "offline");
    if (!isJson(answer)) return away(now, "signed-out");
    const told = await answer.json();
    if (!answer.ok) {
      trouble = answer.status === 401 ? "somebody-else" : "refused";
      keepHere(now);
      say(told.problem);
      return trouble === "refused" ? "refused" : "away";
    }
    ({ seen } = told);
    sent = now;
    trouble = "";
    forget();
    sayKept();
    return "kept";
  }

  function away(now, why) {
    const kept = keepHere(now);
    trouble = why;
    say(kept ? bar.dataset[why === "offline" ? "offline" : "signedOut"] : bar.dataset.full);
    clearTimeout(timer);
    timer = setTimeout(send, RETRY);
    return "away";
  }

  /** One at a time, so that an older word never comes after a newer one. */
  async function send() {
    clearTimeout(timer);
    if (leaving) return "kept";
    while (underway) await underway;
    underway = attempt();
    try {
      return await underway;
    } finally {
      underway = null;
    }
  }

  function soon() {
    clearTimeout(timer);
    if (!leaving && (state() !== sent || trouble)) timer = setTimeout(send, PAUSE);
  }

  for (const kind of ["input", "change", "focusout", "click"]) form.addEventListener(kind, soon);
  document.addEventListener("formset:added", soon);
  document.addEventListener("formset:removed", soon);
  addEventListener("online", send);
  addEventListener("focus", () => trouble && send());
  document.addEventListener("visibilitychange", () => state() !== sent && send());
  addEventListener("pagehide", () => {
    const now = state();
    if (leaving || now === sent) return;
    keepHere(now);
    navigator.sendBeacon(address, body(JSON.parse(now)));
  });
  addEventListener("pageshow", () => (leaving = false));

  // While something is in the way a form is not sent into the void: the page stays, and says why.
  document.addEventListener("submit", async (event) => {
    if (event.target !== form) {
      leaving = true;
      if (event.target.action.endsWith(document.querySelector(".form-note__act[action]")?.getAttribute("action"))) forget();
      return;
    }
    if (!leaving && trouble && trouble !== "refused") {
      event.preventDefault();
      if ((await send()) === "away") return;
      leaving = true;
      form.requestSubmit(event.submitter);
      return;
    }
    leaving = true;
    clearTimeout(timer);
    rememberSubmitted();
  });

  /** The last second's words, in this tab alone, until it is known that they arrived. */
  function rememberSubmitted() {
    try {
      localStorage.removeItem(key);
      sessionStorage.setItem(key, JSON.stringify({ entries: entries(), base: seen, version: form.elements.version?.value }));
    } catch {
      // Then the portal's copy is what there is.
    }
  }

  // What this browser still keeps from before

  async function hand(kept) {
    try {
      const answer = await post(kept.entries);
      if (!answer.ok) return;
      forget();
      leaving = true;
      location.reload();
    } catch {
      trouble = "offline";
    }
  }

  function takeUp() {
    const submitted = keptIn(sessionStorage);
    const version = form.elements.version?.value;
    const lost = submitted && version && submitted.version === version && !document.getElementById("problems");
    const kept = keptIn(localStorage) ?? (lost ? submitted : null);
    const same = kept && JSON.stringify(kept.entries) === sent;
    if (!kept || same) {
      forget();
    } else if (kept.base === seen) {
      hand(kept);
    } else {
      notice.hidden = false;
      notice.addEventListener("click", ({ target }) => {
        if (target.dataset.do === "use") hand(kept);
        if (!target.dataset.do) return;
        if (target.dataset.do === "drop") forget();
        notice.hidden = true;
      });
    }
  }

  takeUp();
  soon();
}
