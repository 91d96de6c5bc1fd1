// Walks every link of the nodes given, from their homes in both languages, and
// looks at each kind of page: dead links, size, valid HTML, language, and then
// in Chromium accessibility, reflow and requests that leave the node.
//
// Usage: node crawl.mjs ORIGIN…   (the first is the directory)
import { get } from 'node:http'
import { HtmlValidate } from 'html-validate'
import { axe, context, each, launch, report, violations } from './site.mjs'

const origins = process.argv.slice(2)
const mostLinks = 2500 // links that are followed
const mostAlike = 3 // pages of a kind whose links are followed and whose HTML is validated
const mostSeen = 1 // pages of a kind that are opened in Chromium
const mostBytes = 60 * 1024
const mostScript = 10 * 1024

const validator = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y'],
  rules: {
    'long-title': 'off', // a hoster's own words
    'no-inline-style': 'error',
    'no-trailing-whitespace': 'off',
    'require-sri': 'off', // nothing comes from elsewhere
    'tel-non-breaking': 'off', // numbers are shown as their hoster writes them
    'void-style': 'off',
    'prefer-native-element': 'off', // role=list where a style takes a list's own role away
    'no-redundant-role': 'off',
    'no-implicit-button-type': 'off', // a button of a form sends it, as HTML has it
    'aria-label-misuse': ['error', { allowAnyNamable: true }],
    'wcag/h71': 'off', // a heading above names the group by aria-labelledby; axe looks for a name
  },
})

// kind names what pages share: their node's role, and their path and
// parameters without what differs from one hoster or note to the next.
function kind(url) {
  const path = url.pathname
    .replace(/\/(h|services|entraide|mutual-aid|remplacer|instead-of|territoires|areas)\/[^/]+/g, '/$1/*')
    .replace(/\/@[^/]+/g, '/@*')
    .replace(/\/(etat|status|tags)\/[^/]+/g, '/$1/*')
    .replace(/[0-9A-Z]{20,}/g, '*')
  const step = url.searchParams.get('step') ?? ''
  return `${url.origin === origins[0] ? 'directory' : 'hoster'} ${path} ${url.search && 'asked'} ${step}`.trim()
}

const unescape = s => s.replace(/&#39;/g, "'").replace(/&#34;|&quot;/g, '"').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&#43;/g, '+').replace(/&amp;/g, '&')
const attributes = (html, name) => [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(m => unescape(m[1]))

const faults = { links: [], size: [], html: [], language: [] }
const known = new Map() // address -> page that links to it
const pages = [] // one a kind and place in it
const kinds = new Map()
const fragments = []
const queue = []
const assets = new Map()

function enqueue(href, from) {
  let url
  try {
    url = new URL(href, from)
  } catch {
    return faults.links.push(`${from} has the broken link ${href}`)
  }
  if (!origins.includes(url.origin)) return
  if (url.hash && url.href.split('#')[0] === from.split('#')[0]) fragments.push([from, decodeURIComponent(url.hash.slice(1))])
  url.hash = ''
  if (known.has(url.href) || known.size >= mostLinks) return
  known.set(url.href, from)
  queue.push(url)
}

// sized gives the bytes of a stylesheet, script or image of ours as they are sent.
async function sized(address) {
  if (!assets.has(address)) {
    assets.set(address, new Promise((done, failed) => get(address, { headers: { 'Accept-Encoding': 'gzip' } }, a => {
      let bytes = 0
      a.on('data', part => { bytes += part.length }).on('end', () => done({ ok: a.statusCode === 200, bytes })).on('error', failed)
    }).on('error', failed)))
  }
  return assets.get(address)
}

async function weigh(url, html) {
  let bytes = Buffer.byteLength(html)
  let script = 0
  const logos = [...html.matchAll(/<img\b[^>]*\ssrc="([^"]*)"/g)].map(m => unescape(m[1]))
  const needed = [...html.matchAll(/<(?:link\b[^>]*rel="(?:stylesheet|icon)"[^>]*|script\b[^>]*\ssrc=[^>]*)>/g)]
    .flatMap(m => [...attributes(m[0], 'href'), ...attributes(m[0], 'src')])
  for (const address of [...needed, ...logos]) {
    const full = new URL(address, url)
    if (!origins.includes(full.origin)) {
      faults.links.push(`${url} takes ${full} from elsewhere`)
      continue
    }
    const a = await sized(full.href)
    if (!a.ok) faults.links.push(`${url} needs ${full}, which is missing`)
    if (!logos.includes(address)) bytes += a.bytes
    if (/\.m?js$/.test(full.pathname)) script += a.bytes
  }
  script += [...html.matchAll(/<script(?![^>]*(?:\ssrc=|application\/ld\+json))[^>]*>([\s\S]*?)<\/script>/g)].reduce((sum, m) => sum + m[1].length, 0)
  if (bytes > mostBytes) faults.size.push(`${url} weighs ${bytes} bytes with its style, want at most ${mostBytes}`)
  if (script > mostScript) faults.size.push(`${url} has ${script} bytes of script, want at most ${mostScript}`)
  return bytes
}

let heaviest = 0
async function visit(url) {
  const answer = await fetch(url, { redirect: 'manual', headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'Accept-Language': 'fr' } })
  const from = known.get(url.href)
  if (answer.status >= 300 && answer.status < 400) {
    await answer.arrayBuffer()
    return enqueue(answer.headers.get('location'), url.href)
  }
  const type = answer.headers.get('content-type') ?? ''
  if (!answer.ok) {
    await answer.arrayBuffer()
    return faults.links.push(`${from} links to ${url}, which answers ${answer.status}`)
  }
  if (!type.startsWith('text/html')) return answer.arrayBuffer()
  const html = await answer.text()
  const of = kind(url)
  const alike = kinds.get(of) ?? 0
  kinds.set(of, alike + 1)
  const said = html.match(/<html[^>]*\slang="([^"]*)"/)?.[1]
  const asked = url.searchParams.get('lang') ?? (/^\/en(\/|$)/.test(url.pathname) ? 'en' : 'fr')
  if (said !== asked) faults.language.push(`${url} says lang=${said}, want ${asked}`)
  if (alike >= mostAlike) return
  pages.push({ url: url.href, alike })
  const before = fragments.length
  for (const href of attributes(html, 'href')) enqueue(href, url.href)
  const ids = new Set(attributes(html, 'id'))
  for (const [page, id] of fragments.splice(before)) {
    if (id && !ids.has(id)) faults.links.push(`${page} links to its own #${id}, which is missing`)
  }
  heaviest = Math.max(heaviest, await weigh(url, html))
  const checked = await validator.validateString(html, url.href)
  for (const m of checked.results.flatMap(r => r.messages)) {
    faults.html.push(`${of} (${url}): line ${m.line}: ${m.message} [${m.ruleId}]`)
  }
}

for (const origin of origins) for (const path of ['/?lang=fr', '/en/']) enqueue(path, origin)
while (queue.length) await each(queue.splice(0), 4, visit)
if (known.size >= mostLinks) faults.links.push(`more than ${mostLinks} links: the site is not walked whole`)
for (const what of Object.keys(faults)) report(what, faults[what])

const browser = await launch()
const { context: window, foreign } = await context(browser, origins)
const seen = { axe: [], reflow: [] }

async function look(tab, url) {
  await tab.goto(url, { timeout: 60_000 })
  await tab.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true })) // what is folded counts too
  await tab.evaluate(axe)
  const found = await violations(tab)
  for (const v of found) seen.axe.push(`${url}: ${v}`)
  await tab.setViewportSize({ width: 320, height: 640 })
  const wide = await tab.evaluate(() => {
    const most = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= most) return ''
    const out = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > most + 1)
    return `${document.documentElement.scrollWidth} px: ${out.slice(0, 3).map(e => `${e.localName}.${e.className}`).join(', ')}`
  })
  if (process.env.PROGRESS) console.error(url, found, wide)
  if (wide) seen.reflow.push(`${url} is wider than 320 px: ${wide}`)
  await tab.setViewportSize({ width: 1280, height: 900 })
}

// Where a page is another one by what is asked of it, both are opened.
const asking = /\/(trouver|find|result|resultat|hebergeurs|hosters|comparer|compare|nouvelle|notice)\?/
const opened = pages.filter(p => p.alike < mostSeen && (!/\?(?!lang=)/.test(p.url) || asking.test(p.url))).map(p => p.url)
const count = opened.length
const tabs = await Promise.all([window.newPage(), window.newPage()])
await Promise.all(tabs.map(async tab => {
  while (opened.length) await look(tab, opened.shift())
}))
// The same in the dark, on the pages with the most colours.
const dark = await context(browser, origins, { colorScheme: 'dark' })
const night = await dark.context.newPage()
for (const path of ['/?lang=fr', '/hebergeurs', '/nouvelles', '/trouver/resultat', '/collectif', `/h/menhir@${new URL(origins[1]).host}`]) await look(night, origins[0] + path)
await look(night, origins[1] + '/etat')
await browser.close()
for (const what of Object.keys(seen)) report(what, seen[what])
report('foreign', [...foreign, ...dark.foreign])
console.log(`walked ${known.size} links and ${pages.length} pages of ${kinds.size} kinds, opened ${count}; the heaviest has ${heaviest} bytes with its style`)
