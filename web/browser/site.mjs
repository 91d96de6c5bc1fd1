// What every script here needs: a browser that reaches one node's pages and
// nothing else, and lines that the Go tests read.
import { chromium } from 'playwright-core'

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

// launch starts the Chromium that CHROMIUM names.
export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM, args: flags })

// report tells one result to the Go test: its name, and what was wrong.
export function report(name, faults) {
  console.log(JSON.stringify({ name, faults: [...new Set(faults)] }))
}

// context opens a visitor's window. What a page asks of another origin is
// stopped and noted, as is what the content security policy stopped first.
export async function context(browser, origins, options = {}) {
  const c = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const foreign = []
  await c.route('**/*', route => {
    const url = route.request().url()
    if (origins.some(o => url.startsWith(o + '/')) || url.startsWith('data:')) return route.continue()
    foreign.push(`${route.request().frame().url()} asks for ${url}`)
    return route.abort()
  })
  c.on('console', m => {
    if (/Content Security Policy/.test(m.text())) foreign.push(`${m.page()?.url()}: ${m.text()}`)
  })
  return { context: c, foreign }
}

// each runs work on all items, a few at a time.
export async function each(items, width, work) {
  const queue = [...items]
  await Promise.all(Array.from({ length: width }, async () => {
    while (queue.length) await work(queue.shift())
  }))
}
