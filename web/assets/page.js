// Binds the theme's buttons that would otherwise call a script from the page's markup.
"use strict";

const DOES = { fullscreen: () => window.toggleFullScreen(), print: () => window.print() };

document.querySelectorAll("[data-does]").forEach((button) => {
  button.addEventListener("click", DOES[button.dataset.does]);
});
