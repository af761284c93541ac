// SPDX-License-Identifier: BSD-3-Clause
// The tables of quantization checks: only rows that hold a text, only those that failed.
'use strict';

(() => {
  const filter = document.getElementById('filter');
  const failed = document.getElementById('failed');
  const count = document.getElementById('count');
  const rows = [...document.querySelectorAll('.checks tbody tr')];
  const texts = rows.map((row) => row.textContent.toLowerCase());

  function show() {
    const wanted = filter.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, i) => {
      const fits = texts[i].includes(wanted) && (!failed.checked || row.classList.contains('failed'));
      row.hidden = !fits;
      if (fits) ++shown;
    });
    count.textContent = `${shown} of ${rows.length} checks`;
  }

  filter.addEventListener('input', show);
  failed.addEventListener('change', show);
  show();
})();
