// What every script here needs: a browser that reaches one node's pages and
// nothing else, and lines that the Go tests read.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
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

// axe is put in by the browser's own tools, which the policy does not bind.
export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

// violations has axe look at a tab's page, in which it was put.
export async function violations(tab) {
  const found = await tab.evaluate(tags => globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), tags)
  return found.violations.map(v => `${v.help} (${v.id}): ${v.nodes.slice(0, 2).map(n => n.target.join(' ')).join(', ')}`)
}
