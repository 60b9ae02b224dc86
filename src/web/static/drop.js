// @ts-check

/** A file dropped anywhere on the page of the form is sent by it; so is a pasted file. */
export function bringDrop() {
  const form = document.querySelector('form[data-analyze]')
  if (!(form instanceof HTMLFormElement)) return
  const input = form.querySelector('input[type=file]')
  if (!(input instanceof HTMLInputElement)) return
  const root = document.documentElement
  addEventListener('dragover', (event) => {
    event.preventDefault()
    root.classList.add('dropping')
  })
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) root.classList.remove('dropping')
  })
  addEventListener('drop', (event) => {
    event.preventDefault()
    root.classList.remove('dropping')
    send(form, input, event.dataTransfer?.files)
  })
  addEventListener('paste', (event) => send(form, input, event.clipboardData?.files))
  form.addEventListener('submit', () => showWork(form))
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} input
 * @param {FileList | undefined} files
 */
function send(form, input, files) {
  if (!files || files.length === 0) return
  input.files = files
  form.requestSubmit()
}

/** @param {HTMLFormElement} form */
function showWork(form) {
  const button = form.querySelector('button.main')
  if (!(button instanceof HTMLButtonElement)) return
  button.textContent = 'Diagnosing…'
  form.setAttribute('aria-busy', 'true')
}

addEventListener('pageshow', () => {
  const button = document.querySelector('form[data-analyze] button.main')
  if (button) button.textContent = 'Diagnose'
})
