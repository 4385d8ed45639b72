// Before the first paint, or a dark page would flash white. A file of its own: the page allows no inline script.
try {
  const theme = localStorage.getItem('gomodel-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {}
