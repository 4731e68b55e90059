/**
 * Keeps the key of a form with its place in the browser's history: whoever goes back to a form that was sent, and sends
 * it again, sends it under the same key, though the page was fetched anew.
 */
const field = document.querySelector("input[name=_submission]");

if (field) {
  const { submission } = history.state ?? {};
  if (submission) field.value = submission;
  else history.replaceState({ ...history.state, submission: field.value }, "");
}
