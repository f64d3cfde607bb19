/*
 * The theme jumps to the search on a single f, s or /, and to other pages on n and p. Whoever speaks to the computer or
 * hits a wrong key is thrown off the page by that, and it cannot be turned off (WCAG 2.2, 2.1.4). So such keys end here,
 * except where somebody writes.
 */
window.addEventListener(
  "keydown",
  event => {
    const plain = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey
    if (plain && event.key !== " " && !event.target.closest?.("input, select, textarea, [contenteditable]")) {
      event.stopImmediatePropagation()
    }
  },
  true
)
