// What a browser says of a key that did not answer is shown on the page; a button that cannot work is left out.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("key-refused").hidden = false;
});

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-needs-key]")) {
    button.hidden = false;
  }
}
