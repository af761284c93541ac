// SPDX-License-Identifier: BSD-3-Clause
// On every page: the theme, and the arrow keys between tensors.
'use strict';

(() => {
  const root = document.documentElement;

  // Storage may be refused to pages opened from the file system.
  const stored = () => {
    try { return localStorage.getItem('acc-theme'); } catch { return null; }
  };
  const store = (theme) => {
    try { localStorage.setItem('acc-theme', theme); } catch { /* The choice lasts for this page. */ }
  };
  const systemTheme = () => matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';

  root.dataset.theme = stored() || systemTheme();

  const addThemeButton = () => {
    const button = document.createElement('button');
    button.id = 'theme';
    button.type = 'button';
    button.textContent = '◐';
    button.title = 'Light or dark';
    button.setAttribute('aria-label', 'Switch between light and dark');
    button.addEventListener('click', () => {
      root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
      store(root.dataset.theme);
      document.dispatchEvent(new Event('themechange'));
    });
    document.querySelector('header').append(button);
  };

  const shortcuts = { ArrowLeft: 'prev', ArrowRight: 'next', Escape: 'up' };
  const followShortcut = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const link = document.getElementById(shortcuts[event.key] || '');
    if (link && link.href) location.assign(link.href);
  };

  document.addEventListener('DOMContentLoaded', () => {
    addThemeButton();
    if (document.body.classList.contains('detail')) {
      document.addEventListener('keydown', followShortcut);
    }
  });
})();
