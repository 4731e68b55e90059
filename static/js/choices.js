/** Label the select2 widgets of the admin by their fields for screen readers, closed and open. */
const setLabelledBy = (element, ...ids) => element?.setAttribute("aria-labelledby", ids.join(" "));

const labelOf = (select) => {
  const label = select.labels[0];
  if (label) label.id ||= `${select.id}-label`;
  return label?.id;
};

const labelWidget = (select) => {
  const label = labelOf(select);
  const box = select.nextElementSibling;
  if (!label || !box?.matches(".select2-container")) return;
  const value = box.querySelector(".select2-selection__rendered");
  if (select.multiple) {
    setLabelledBy(box.querySelector(".select2-search__field"), label);
    setLabelledBy(value, label);
    setLabelledBy(box.querySelector(".select2-selection"), label);
  } else {
    setLabelledBy(value, label);
    setLabelledBy(box.querySelector(".select2-selection"), label, value.id);
  }
};

const labelDropdown = (event) => {
  const label = labelOf(event.target);
  const list = document.querySelector(".select2-dropdown [role=listbox]");
  if (!label || !list) return;
  setLabelledBy(document.querySelector(".select2-dropdown .select2-search__field"), label);
  setLabelledBy(list, label);
  event.target.nextElementSibling.querySelector("[role=combobox]")?.setAttribute("aria-controls", list.id);
};

const labelAll = (parent) => parent.querySelectorAll("select.admin-autocomplete").forEach(labelWidget);

// Django's admin builds the widgets on page load and again in each added row, so they are labelled after that.
const jQuery = window.django?.jQuery;

jQuery?.(() => {
  labelAll(document);
  jQuery(document).on("select2:open", labelDropdown);
  document.addEventListener("formset:added", (event) => labelAll(event.target));
});
