/**
 * Saves an edit form while it is being filled in: on the server one second after typing stops, and in this browser
 * (localStorage) while the server cannot be reached or the user is signed out.
 *
 * Only the server fills a reopened form. Entries that are still in this browser are posted to it, then the page is
 * reloaded. Files are not saved.
 */
const PAUSE = 1000; // ms after the last change
const RETRY = 5000; // ms between attempts after a failure
const SUBMIT_TYPES = ["file", "submit", "button", "reset", "image"];

function isSaved(name) {
  return !name.startsWith("_") && !name.includes("__prefix__") && name !== "csrfmiddlewaretoken";
}

function currentEntries(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && isSaved(name));
}

/** Return the entries as the server sent them, so that typing before this script has loaded counts as a change. */
function initialEntries(form) {
  return [...form.elements].filter(({ name, disabled }) => name && !disabled && isSaved(name)).flatMap(defaultEntries);
}

function defaultEntries(field) {
  const { name, type, options } = field;
  if (SUBMIT_TYPES.includes(type)) return [];
  if (type === "checkbox" || type === "radio") return field.defaultChecked ? [[name, field.value]] : [];
  if (!options) return [[name, field.defaultValue]];
  const selected = [...options].filter((option) => option.defaultSelected);
  if (!selected.length && type === "select-one" && options.length) selected.push(options[0]);
  return selected.map((option) => [name, option.value]);
}

function isJson(response) {
  return (response.headers.get("Content-Type") ?? "").startsWith("application/json");
}

/** The entries in this browser: in localStorage until the server has them, in sessionStorage while a submit runs. */
class BrowserStorage {
  constructor(key) {
    this.key = key;
  }

  /** Return whether the browser could save the entries. */
  save(entries, base) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ entries, base }));
      return true;
    } catch {
      return false;
    }
  }

  /** Keep the entries for this tab until the next page shows whether the submit arrived. */
  saveSubmitted(entries, base, version) {
    try {
      localStorage.removeItem(this.key);
      sessionStorage.setItem(this.key, JSON.stringify({ entries, base, version }));
    } catch {
      // The copy on the server remains.
    }
  }

  unsent() {
    return this.read(() => localStorage);
  }

  submitted() {
    return this.read(() => sessionStorage);
  }

  read(storage) {
    try {
      return JSON.parse(storage().getItem(this.key));
    } catch {
      return null;
    }
  }

  clear() {
    try {
      localStorage.removeItem(this.key);
      sessionStorage.removeItem(this.key);
    } catch {
      // Without storage there is nothing to remove.
    }
  }
}

/** The line beside the buttons that says whether the form is saved. */
class StatusLine {
  constructor(element) {
    this.element = element;
    this.texts = element.dataset;
  }

  showSaved() {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    this.show(this.texts.saved.replace("{time}", format.format(new Date())), "");
  }

  showUnsent(failure, isInBrowser) {
    this.show(isInBrowser ? this.texts[failure === "offline" ? "offline" : "signedOut"] : this.texts.full, failure);
  }

  /** Set the text only when it differs: the time has no seconds, so screen readers speak at most once a minute. */
  show(text, failure) {
    const line = this.element.querySelector("[role=status]");
    if (line.textContent !== text) line.textContent = text;
    this.element.querySelector("a").hidden = failure !== "signed-out";
    this.element.classList.toggle("autosave-status--failed", Boolean(failure));
  }
}

class Autosave {
  constructor(form, statusElement) {
    const { address, user, seen } = statusElement.dataset;
    this.form = form;
    this.address = address;
    this.user = user;
    this.version = seen; // of the server's copy, to refuse an overwrite from another window
    this.windowId = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.status = new StatusLine(statusElement);
    this.storage = new BrowserStorage(`autosaved-form:${user}:${address}`);
    this.savedState = JSON.stringify(initialEntries(form));
    this.failure = ""; // "offline", "signed-out", "somebody-else" or "refused"
    this.isLeaving = false;
    this.timer = undefined;
    this.request = null;
  }

  start() {
    this.listen();
    this.restore();
    this.schedule();
  }

  listen() {
    const schedule = () => this.schedule();
    for (const kind of ["input", "change", "focusout", "click"]) this.form.addEventListener(kind, schedule);
    document.addEventListener("formset:added", schedule);
    document.addEventListener("formset:removed", schedule);
    addEventListener("online", () => this.save());
    addEventListener("focus", () => this.failure && this.save());
    document.addEventListener("visibilitychange", () => this.hasChanged() && this.save());
    addEventListener("pagehide", () => this.saveOnLeaving());
    addEventListener("pageshow", () => (this.isLeaving = false));
    document.addEventListener("submit", (event) => this.handleSubmit(event));
  }

  state() {
    return JSON.stringify(currentEntries(this.form));
  }

  hasChanged() {
    return this.state() !== this.savedState;
  }

  schedule() {
    clearTimeout(this.timer);
    if (!this.isLeaving && (this.hasChanged() || this.failure)) this.timer = setTimeout(() => this.save(), PAUSE);
  }

  /**
   * Save the form and return 'saved', 'refused' (the server gave a reason) or 'unsent' (only this browser has it).
   * One request runs at a time, so that an older state never replaces a newer one.
   */
  async save() {
    clearTimeout(this.timer);
    if (this.isLeaving) return "saved";
    while (this.request) await this.request;
    this.request = this.attempt();
    try {
      return await this.request;
    } finally {
      this.request = null;
    }
  }

  async attempt() {
    const state = this.state();
    if (state === this.savedState && !this.failure) return "saved";
    let response;
    try {
      response = await this.postWithFreshToken(JSON.parse(state));
    } catch {
      return this.keepUnsent(state, "offline");
    }
    if (response.status >= 500) return this.keepUnsent(state, "offline");
    if (response.status >= 400 && response.status !== 403 && !isJson(response)) return this.keepUnsent(state, "offline");
    if (!isJson(response)) return this.keepUnsent(state, "signed-out");
    const result = await response.json();
    return response.ok ? this.markSaved(state, result) : this.showRefusal(state, response, result);
  }

  markSaved(state, { seen }) {
    this.version = seen;
    this.savedState = state;
    this.failure = "";
    this.storage.clear();
    this.status.showSaved();
    return "saved";
  }

  showRefusal(state, response, { problem }) {
    this.failure = response.status === 401 ? "somebody-else" : "refused";
    this.storage.save(JSON.parse(state), this.version);
    this.status.show(problem, this.failure);
    return this.failure === "refused" ? "refused" : "unsent";
  }

  keepUnsent(state, failure) {
    const isInBrowser = this.storage.save(JSON.parse(state), this.version);
    this.failure = failure;
    this.status.showUnsent(failure, isInBrowser);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), RETRY);
    return "unsent";
  }

  // Requests

  formData(entries) {
    const data = new FormData();
    for (const [name, value] of entries) data.append(name, value);
    data.append("_user", this.user);
    data.append("_window", this.windowId);
    data.append("_seen", this.version);
    data.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    return data;
  }

  async post(entries) {
    return fetch(this.address, { method: "POST", body: this.formData(entries), redirect: "manual" });
  }

  async postWithFreshToken(entries) {
    const response = await this.post(entries);
    if (response.ok || isJson(response) || response.status >= 500) return response;
    return (await this.renewToken()) ? this.post(entries) : response;
  }

  /** Fetch the CSRF token of a new session after signing in again; return whether the user may write here. */
  async renewToken() {
    const response = await fetch(this.address, { redirect: "manual", headers: { "Cache-Control": "no-cache" } });
    if (!response.ok || !isJson(response)) return false;
    const { token } = await response.json();
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
    return true;
  }

  // Leaving the page

  saveOnLeaving() {
    const state = this.state();
    if (this.isLeaving || state === this.savedState) return;
    this.storage.save(JSON.parse(state), this.version);
    navigator.sendBeacon(this.address, this.formData(JSON.parse(state)));
  }

  async handleSubmit(event) {
    if (event.target !== this.form) {
      this.isLeaving = true;
      const discardForm = document.querySelector(".form-note__act[action]");
      if (event.target.action.endsWith(discardForm?.getAttribute("action"))) this.storage.clear();
    } else if (!this.isLeaving && this.failure && this.failure !== "refused") {
      await this.submitAfterSaving(event);
    } else {
      this.isLeaving = true;
      clearTimeout(this.timer);
      this.storage.saveSubmitted(currentEntries(this.form), this.version, this.form.elements.version?.value);
    }
  }

  /** Submit only when the server can be reached again; otherwise stay on the page, which shows the reason. */
  async submitAfterSaving(event) {
    event.preventDefault();
    if ((await this.save()) === "unsent") return;
    this.isLeaving = true;
    this.form.requestSubmit(event.submitter);
  }

  // Entries from an earlier visit

  restore() {
    const stored = this.storedEntries();
    if (!stored || JSON.stringify(stored.entries) === this.savedState) {
      this.storage.clear();
    } else if (stored.base === this.version) {
      this.restoreFrom(stored);
    } else {
      this.offerStored(stored);
    }
  }

  /** Return what was not sent or, where the submit of this tab did not arrive, what was submitted. */
  storedEntries() {
    const submitted = this.storage.submitted();
    const version = this.form.elements.version?.value;
    const isLost = submitted && version && submitted.version === version && !document.getElementById("problems");
    return this.storage.unsent() ?? (isLost ? submitted : null);
  }

  /** Ask which copy to use, as the server's copy has changed since. */
  offerStored(stored) {
    const notice = document.getElementById("browser-copy");
    notice.hidden = false;
    notice.addEventListener("click", ({ target }) => {
      if (target.dataset.do === "use") this.restoreFrom(stored);
      if (!target.dataset.do) return;
      if (target.dataset.do === "drop") this.storage.clear();
      notice.hidden = true;
    });
  }

  /** Post the stored entries, then reload the page, which the server fills with them. */
  async restoreFrom(stored) {
    try {
      const response = await this.post(stored.entries);
      if (!response.ok) return;
      this.storage.clear();
      this.isLeaving = true;
      location.reload();
    } catch {
      this.failure = "offline";
    }
  }
}

const statusElement = document.getElementById("autosave-status");
const form = statusElement && document.querySelector(statusElement.dataset.form);
if (form) new Autosave(form, statusElement).start();
