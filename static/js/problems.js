/** Brings whoever sent a form that cannot go to the list of what is wrong; a link there leads into the field itself. */
const list = document.getElementById("problems");

// Stock admin puts the focus into the first field when it has loaded: the list comes after that.
if (list) {
  if (document.readyState === "complete") list.focus();
  else addEventListener("load", () => list.focus());
  list.addEventListener("click", (event) => {
    const goal = document.getElementById(event.target.closest("a")?.hash.slice(1) ?? "");
    if (!goal) return;
    event.preventDefault();
    goal.closest("details:not([open])")?.setAttribute("open", "");
    if (!goal.matches("input, select, textarea")) goal.tabIndex = -1;
    goal.focus();
    goal.closest(".form-row, .inline-group")?.scrollIntoView({ block: "start" });
  });
}
