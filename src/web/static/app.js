// @ts-check
// What pages do better with script. Every page is whole without it.

import { bringCopyButtons } from './copy.js'
import { bringDrop } from './drop.js'
import { bringFlames } from './flame.js'
import { bringKeys } from './keys.js'
import { bringTimes } from './times.js'

/** Light or dark: whatever is not shown now, remembered. */
export function changeTheme() {
  const root = document.documentElement
  const isDark = root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = isDark ? 'light' : 'dark'
  try {
    localStorage.setItem('theme', root.dataset.theme)
  } catch {
    // Storage may be refused; the theme then lasts as long as the page.
  }
}

/** A ticked filter applies at once; words wait for Enter. */
function bringFilters() {
  for (const form of document.querySelectorAll('form[data-auto-submit]')) {
    form.addEventListener('change', (event) => {
      if (!(form instanceof HTMLFormElement) || !(event.target instanceof HTMLElement)) return
      if (event.target.matches('[type=checkbox], select')) form.requestSubmit()
    })
    form.addEventListener('submit', () => {
      for (const field of form.querySelectorAll('input, select')) leaveOutEmpty(field)
    })
  }
}

/** @param {Element} field */
function leaveOutEmpty(field) {
  if (field instanceof HTMLInputElement && field.value === '') field.disabled = true
  if (field instanceof HTMLSelectElement && field.selectedIndex === 0) field.disabled = true
}

// A form left for another page and come back to must have its fields again.
addEventListener('pageshow', () => {
  for (const field of document.querySelectorAll('.filters :disabled')) {
    field.removeAttribute('disabled')
  }
})

document.querySelector('button.theme')?.addEventListener('click', changeTheme)
bringFilters()
bringCopyButtons()
bringTimes()
bringKeys(changeTheme)
bringDrop()
bringFlames()
