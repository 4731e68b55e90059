/** Show the browser's refusal of a security key on the page, and show key buttons only where keys are supported. */
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("key-refused").hidden = false;
});

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-needs-key]")) {
    button.hidden = false;
  }
}
