// Runs before the first paint, so that a chosen theme does not flash in the other one.
(function () {
  try {
    var theme = localStorage.getItem('unisono.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    var language = localStorage.getItem('unisono.language');
    if (language) document.documentElement.lang = language;
    if (localStorage.getItem('unisono.density') === 'compact') document.documentElement.dataset.density = 'compact';
  } catch {
    // Storage may be switched off; the system's theme is right then.
  }
})();
