"use strict";
// Shows one element at a time beside the graph; everything is in the page without this, too.
(() => {
  const articles = new Map(
    [...document.querySelectorAll("#elements article")].map((a) => [a.id, a]));
  const marked = new Map();
  for (const link of document.querySelectorAll(".picture a")) {
    const id = link.getAttribute("href").slice(1);
    marked.set(id, [...(marked.get(id) ?? []), link]);
  }
  let shown = null;

  function show(id) {
    if (shown !== null) {
      articles.get(shown).classList.remove("selected");
      for (const link of marked.get(shown) ?? []) link.removeAttribute("aria-current");
    }
    shown = articles.has(id) ? id : null;
    if (shown === null) return;
    articles.get(shown).classList.add("selected");
    for (const link of marked.get(shown) ?? []) link.setAttribute("aria-current", "true");
  }

  document.body.classList.add("scripted");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#element-']");
    if (link === null) return;
    event.preventDefault();  // the place on the page stays; what is shown changes
    const target = link.getAttribute("href");
    if (location.hash !== target) history.pushState(null, "", target);
    show(target.slice(1));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || shown === null) return;
    history.pushState(null, "", location.pathname + location.search);
    show(null);
  });
  window.addEventListener("popstate", () => show(location.hash.slice(1)));
  window.addEventListener("hashchange", () => show(location.hash.slice(1)));
  show(location.hash.slice(1));
})();
