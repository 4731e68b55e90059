/** Move the focus to the error summary of a refused form, and from a link there into its field. */
const summary = document.getElementById("problems");

// Django's admin focuses the first field on load, so the summary is focused after that.
if (summary) {
  if (document.readyState === "complete") summary.focus();
  else addEventListener("load", () => summary.focus());
  summary.addEventListener("click", (event) => {
    const target = document.getElementById(event.target.closest("a")?.hash.slice(1) ?? "");
    if (!target) return;
    event.preventDefault();
    target.closest("details:not([open])")?.setAttribute("open", "");
    if (!target.matches("input, select, textarea")) target.tabIndex = -1;
    target.focus();
    target.closest(".form-row, .inline-group")?.scrollIntoView({ block: "start" });
  });
}
