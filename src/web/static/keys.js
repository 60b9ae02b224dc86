// @ts-check
import { copyFrom } from './copy.js'

let awaitsGo = false

/**
 * The keyboard: `/` `j` `k` `Enter` `g` `t` `y` `?`.
 * @param {() => void} changeTheme
 */
export function bringKeys(changeTheme) {
  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const actions = {
    '/': focusFilter,
    j: () => step(1),
    k: () => step(-1),
    x: tickMarked,
    t: changeTheme,
    y: copyFirst,
    '?': showKeys,
    Enter: openMarked,
    g: waitForGo,
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (awaitsGo) return go(event)
    actions[event.key]?.(event)
  })
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return (
    target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
  )
}

/** @param {KeyboardEvent} event */
function focusFilter(event) {
  const field = document.querySelector('[data-filter]') ?? document.querySelector('#find')
  if (!(field instanceof HTMLInputElement)) return
  event.preventDefault()
  field.focus()
  field.select()
}

/** @param {number} by */
function step(by) {
  const rows = [...document.querySelectorAll('[data-row], [data-section]')].filter(isSeen)
  if (rows.length === 0) return
  const at = rows.findIndex((row) => row.classList.contains('marked'))
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)]
  if (at >= 0) rows[at]?.classList.remove('marked')
  if (!next) return
  next.classList.add('marked')
  next.scrollIntoView({ block: 'nearest' })
  const link = next.querySelector('a, summary')
  if (link instanceof HTMLElement) link.focus({ preventScroll: true })
}

/** @param {Element} element */
function isSeen(element) {
  return element.getClientRects().length > 0
}

/** @param {KeyboardEvent} event */
function openMarked(event) {
  if (event.target !== document.body) return
  const link = document.querySelector('.marked a, .marked summary')
  if (link instanceof HTMLElement) link.click()
}

function tickMarked() {
  const box = document.querySelector('.marked .tick')
  if (box instanceof HTMLInputElement) box.click()
}

function copyFirst() {
  const button = document.querySelector('button.copy')
  if (button instanceof HTMLButtonElement) void copyFrom(button)
}

function showKeys() {
  const dialog = document.querySelector('dialog.shortcuts')
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal()
}

function waitForGo() {
  awaitsGo = true
  setTimeout(() => {
    awaitsGo = false
  }, 1200)
}

/** @param {KeyboardEvent} event */
function go(event) {
  awaitsGo = false
  const link = document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`)
  if (link instanceof HTMLAnchorElement) location.assign(link.href)
}
