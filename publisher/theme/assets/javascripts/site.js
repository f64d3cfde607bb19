/*
 * All that a page runs before somebody searches: the theme's program, its worker and the index come with the first touch
 * of the search. Whoever reads figures does not pay for them.
 */
(() => {
  document.documentElement.classList.replace("no-js", "js")

  const form = document.forms.search
  const opened = document.getElementById("__search")
  const program = document.getElementById("ck-program").content

  function begin() {
    for (const script of program.querySelectorAll("script")) {
      const own = document.createElement("script")
      own.src = script.getAttribute("src")
      document.body.append(own)
    }
    program.replaceChildren()
  }
  if (new URLSearchParams(location.search).has("q")) begin()
  form.addEventListener("focusin", begin, { once: true })
  form.addEventListener("submit", event => event.preventDefault())
  opened.addEventListener("change", () => opened.checked && form.query.focus(), { once: true })

  /* Paper has no folds. */
  matchMedia("print").addEventListener("change", ({ matches }) => {
    if (matches) document.querySelectorAll("details").forEach(details => (details.open = true))
  })

  /*
   * The theme jumps to the search on a single f, s or /, and to other pages on n and p. Whoever speaks to the computer or
   * hits a wrong key is thrown off the page by that, and it cannot be turned off (WCAG 2.2, 2.1.4). So such keys end
   * here, except where somebody writes.
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
})()
