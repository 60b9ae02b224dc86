// @ts-check

/** Gives each copy button its work, and says that it was done. */
export function bringCopyButtons() {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button.copy') : null
    if (button instanceof HTMLButtonElement) void copyFrom(button)
  })
  for (const button of document.querySelectorAll('button[data-copy-address]')) {
    button.addEventListener('click', () => void copyAddress(button))
  }
  for (const input of document.querySelectorAll('input.copy-input')) {
    input.addEventListener('focus', () => input instanceof HTMLInputElement && input.select())
  }
}

/** @param {Element} button */
async function copyAddress(button) {
  const address = new URL(button.getAttribute('data-copy-address') ?? '', location.href)
  button.textContent = (await copyText(address.href)) ? 'Copied' : 'Copy it from the address bar'
}

/** @param {HTMLButtonElement} button */
export async function copyFrom(button) {
  const isCopied = await copyText(button.parentElement?.querySelector('code')?.textContent ?? '')
  const words = button.textContent
  button.textContent = isCopied ? 'Copied' : 'Select it by hand'
  button.classList.toggle('done', isCopied)
  setTimeout(() => {
    button.textContent = words === 'Copied' ? 'Copy' : words
    button.classList.remove('done')
  }, 1600)
}

/**
 * The clipboard is there only over https and on localhost; a selection works everywhere.
 * @param {string} text
 */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'unseen'
  document.body.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  return isCopied
}
