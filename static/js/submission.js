/**
 * Store a form's idempotency key in the browser's history entry: a form that is reopened by the back button and sent
 * again has the same key, although the page was fetched again.
 */
const field = document.querySelector("input[name=_submission]");

if (field) {
  const { submission } = history.state ?? {};
  if (submission) field.value = submission;
  else history.replaceState({ ...history.state, submission: field.value }, "");
}
