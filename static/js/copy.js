/** Show the `data-copy` buttons; each copies the text of the element it names and reports that beside itself. */
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const status = button.nextElementSibling;
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      status.textContent = status.dataset.copied;
      setTimeout(() => (status.textContent = ""), 4000);
    });
  }
}
