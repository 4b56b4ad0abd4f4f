// Before anything is drawn: the colours that were chosen here before. Without a choice the system decides.
"use strict";

(() => {
  const KEY = "live.theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;

  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is forbidden: the choice lasts as long as the page
    }
  };
  const keep = (theme) => {
    try {
      if (theme) localStorage.setItem(KEY, theme);
      else localStorage.removeItem(KEY);
    } catch {}
  };

  let theme = chosen();
  const isDark = () => (theme ? theme === "dark" : system.matches);
  const show = () => {
    root.dataset.theme = isDark() ? "dark" : "light";
    const button = document.getElementById("theme");
    if (button) button.setAttribute("aria-checked", String(isDark()));
    dispatchEvent(new Event("theme"));
  };

  show();
  system.addEventListener("change", show);
  addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      const next = isDark() ? "light" : "dark";
      // Back at what the system says, the page follows it again.
      theme = (next === "dark") === system.matches ? null : next;
      keep(theme);
      show();
    });
  });
})();
