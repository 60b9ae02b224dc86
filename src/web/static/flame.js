// @ts-check

/** A click on a box of a flame graph makes it as wide as the picture; on its first box, all again. */
export function bringFlames() {
  for (const figure of document.querySelectorAll('[data-flame]')) {
    const cells = [...figure.querySelectorAll('svg.flame-cell')]
    figure.addEventListener('click', (event) => {
      const cell = event.target instanceof Element ? event.target.closest('.flame-cell') : null
      if (cell) lookAt(cell, cells)
    })
  }
}

/**
 * @param {Element} chosen
 * @param {readonly Element[]} cells
 */
function lookAt(chosen, cells) {
  const at = placeOf(chosen)
  for (const cell of cells) {
    const { left, share, depth } = placeOf(cell)
    const isAbove =
      depth <= at.depth && left <= at.left && left + share >= at.left + at.share - 1e-4
    const x = isAbove ? 0 : (left - at.left) / at.share
    const width = isAbove ? 1 : share / at.share
    const isInside = x > -1e-4 && x + width < 1 + 1e-3
    cell.setAttribute('x', `${x * 100}%`)
    cell.setAttribute('width', `${width * 100}%`)
    cell.toggleAttribute('hidden', !isInside)
    cell.classList.toggle('passed', isAbove && depth < at.depth)
  }
}

/** @param {Element} cell */
function placeOf(cell) {
  const number = (/** @type {string} */ name) => Number(cell.getAttribute(`data-${name}`))
  return { left: number('left'), share: number('share'), depth: number('depth') }
}
