// Helpers for the page. Texts from followers and accounts are set with textContent or harmless
// attributes only, and are never interpreted as HTML.
export const find = (selector, root = document) => root.querySelector(selector)
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)]

export function make(name, { text, on, style, ...attributes } = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes))
    if (value !== null && value !== undefined) element.setAttribute(key, value)
  if (text !== undefined) element.textContent = text
  for (const [property, value] of Object.entries(style ?? {}))
    element.style.setProperty(property, value)
  for (const [event, run] of Object.entries(on ?? {})) element.addEventListener(event, run)
  element.append(...children.filter((child) => child !== null))
  return element
}

export const button = (attributes, ...children) =>
  make('button', { type: 'button', ...attributes }, ...children)

const shapes = {
  plus: 'M12 5v14M5 12h14',
  keyboard: 'M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 15h8',
  menu: 'M5 7h14M5 12h14M5 17h14',
  close: 'M6 6l12 12M18 6L6 18',
  face: 'M12 3a9 9 0 100 18 9 9 0 000-18zM8.5 10h.01M15.5 10h.01M8 14.5c2.3 2.6 5.7 2.6 8 0',
  voice: 'M8 9v6M12 5v14M16 8v8M4 11v2M20 11v2',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01',
  video: 'M3 7h12v10H3zM15 11l6-3v8l-6-3',
  place:
    'M12 21s7-6.2 7-11a7 7 0 00-14 0c0 4.800 7 11 7 11zM12 12.500a2.500 2.500 0 100-5 2.500 2.500 0 000 5z',
  link: 'M10 14a4 4 0 006 .4l3-3a4 4 0 00-5.700-5.700L12 7M14 10a4 4 0 00-6-.4l-3 3a4 4 0 005.700 5.700L12 17',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16',
  follow:
    'M10 12a4 4 0 100-8 4 4 0 000 8zM3 20c.500-4 3.500-6 7-6 1.500 0 3 .4 4 1M17 15v6M14 18h6',
  play: 'M8 5l11 7-11 7z',
  phone: 'M8 3h8v18H8zM11 18h2',
  block: 'M12 3a9 9 0 100 18 9 9 0 000-18zM6 6l12 12',
  card: 'M4 6h16v12H4zM4 10h16',
  report: 'M12 21s7-6.2 7-11a7 7 0 00-14 0c0 4.800 7 11 7 11z',
  split: 'M4 5h16v14H4zM12 5v14',
  down: 'M6 9l6 6 6-6',
}

export function icon(name, className = 'icon') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', className)
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', shapes[name])
  svg.append(path)
  return svg
}

export function toast(text) {
  const box = find('#toast')
  box.textContent = text
  box.hidden = false
  clearTimeout(toast.timer)
  toast.timer = setTimeout(() => {
    box.hidden = true
  }, 4000)
}

export async function call(method, path, body) {
  const init =
    body === undefined
      ? { method }
      : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(path, init)
  const value = await response.json()
  if (!response.ok) throw new Error(value.error.message)
  return value
}

export const attempt =
  (action) =>
  async (...all) => {
    try {
      return await action(...all)
    } catch (error) {
      toast(error.message)
      return undefined
    }
  }

const colours = [
  '#4c8bf5',
  '#e6735c',
  '#8e6ad8',
  '#2fa58a',
  '#d9952b',
  '#d45d93',
  '#5b7a99',
  '#6aa344',
]

export function avatar(name, seed) {
  let sum = 0
  for (const letter of seed) sum = (sum * 31 + letter.codePointAt(0)) % 9973
  return make('span', {
    class: 'avatar',
    text: [...name].at(-1) ?? '?',
    style: { background: colours[sum % colours.length] },
  })
}

/**
 * Lets the person choose a file, and resolves to its name and its content as a data address
 * (data:…;base64,…), or to null if none is chosen.
 */
export function chooseFile(accept) {
  return new Promise((resolve) => {
    const input = make('input', { type: 'file', accept })
    input.addEventListener('cancel', () => resolve(null))
    input.addEventListener('change', () => {
      const [file] = input.files
      if (file === undefined) {
        resolve(null)
        return
      }
      const reader = new FileReader()
      reader.addEventListener('load', () =>
        resolve({ name: file.name, data: String(reader.result) }),
      )
      reader.readAsDataURL(file)
    })
    input.click()
  })
}
