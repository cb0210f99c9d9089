// Binds the theme's buttons that would otherwise call a script from the page's markup; mends its dialogs.
"use strict";

const DOES = { fullscreen: () => window.toggleFullScreen(), print: () => window.print() };

document.querySelectorAll("[data-does]").forEach((button) => {
  button.addEventListener("click", DOES[button.dataset.does]);
});

// A dialog has a name, and the focus goes back to the button that opened it
[["primary", "Contents of the book"], ["secondary", "Contents of this page"]].forEach(([side, name]) => {
  const dialog = document.getElementById(`pst-${side}-sidebar-modal`);
  const button = document.querySelector(`.${side}-toggle`);
  if (!dialog || !button) return;
  dialog.setAttribute("aria-label", name);
  dialog.addEventListener("close", () => setTimeout(() => button.focus())); // after the theme's own, which looks elsewhere
});
document.getElementById("pst-search-dialog")?.setAttribute("aria-label", "Search");
