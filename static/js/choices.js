/** Choices that are searched for (select2) take the name of the field that they stand for, closed and open. */
const named = (element, ...ids) => element?.setAttribute("aria-labelledby", ids.join(" "));

const labelOf = (select) => {
  const label = select.labels[0];
  if (label) label.id ||= `${select.id}-label`;
  return label?.id;
};

const nameChoice = (select) => {
  const label = labelOf(select);
  const box = select.nextElementSibling;
  if (!label || !box?.matches(".select2-container")) return;
  const value = box.querySelector(".select2-selection__rendered");
  if (select.multiple) {
    named(box.querySelector(".select2-search__field"), label);
    named(value, label);
    named(box.querySelector(".select2-selection"), label);
  } else {
    named(value, label);
    named(box.querySelector(".select2-selection"), label, value.id);
  }
};

const nameOpened = (event) => {
  const label = labelOf(event.target);
  const list = document.querySelector(".select2-dropdown [role=listbox]");
  if (!label || !list) return;
  named(document.querySelector(".select2-dropdown .select2-search__field"), label);
  named(list, label);
  event.target.nextElementSibling.querySelector("[role=combobox]")?.setAttribute("aria-controls", list.id);
};

const nameAll = (place) => place.querySelectorAll("select.admin-autocomplete").forEach(nameChoice);

// Stock admin's jQuery builds the choices when the page is ready, and again in each row that is added: this comes after.
const jQuery = window.django?.jQuery;

jQuery?.(() => {
  nameAll(document);
  jQuery(document).on("select2:open", nameOpened);
  document.addEventListener("formset:added", (event) => nameAll(event.target));
});
