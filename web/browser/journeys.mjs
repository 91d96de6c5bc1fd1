// Five visitors, and one who fills in every form wrongly, each in French and
// English, with script and without, on a wide screen and on a small telephone.
//
// Usage: node journeys.mjs up|down DIRECTORY
import { createServer } from 'node:http'
import { axe, context, launch, report, violations } from './site.mjs'

const [when, origin] = process.argv.slice(2)

// A server of the fediverse, as far as somebody who follows from there sees it.
const asked = []
const home = createServer((request, answer) => {
  const url = new URL(request.url, `http://${request.headers.host}`)
  if (url.pathname === '/.well-known/webfinger') {
    asked.push(url.searchParams.get('resource'))
    answer.setHeader('Content-Type', 'application/jrd+json')
    return answer.end(JSON.stringify({
      subject: url.searchParams.get('resource'),
      links: [{ rel: 'http://ostatus.org/schema/1.0/subscribe', template: `http://${request.headers.host}/authorize_interaction?uri={uri}` }],
    }))
  }
  answer.setHeader('Content-Type', 'text/html; charset=utf-8')
  answer.end(`<!doctype html><html lang="fr"><title>Ailleurs</title><p id="uri">${url.searchParams.get('uri')?.replace(/[^\w:/.@%-]/g, '')}</p>`)
})
await new Promise(listening => home.listen(0, '127.0.0.1', listening))
const elsewhere = `127.0.0.1:${home.address().port}`

// Addresses of links, which are the same in every form of their words.
const link = { fr: { home: '/?lang=fr', find: '/trouver', listings: '/hebergeurs', compare: '/comparer', area: '/territoires/FR-BRE', news: '/nouvelles', instead: '/remplacer', report: '/signaler', join: '/proposer', ask: '/demander', follow: '/suivre' },
  en: { home: '/en/', find: '/en/find', listings: '/en/hosters', compare: '/en/compare', area: '/en/areas/FR-BRE', news: '/en/news', instead: '/en/instead-of', report: '/en/report', join: '/en/join', ask: '/en/ask', follow: '/en/follow' } }

function must(holds, words) {
  if (!holds) throw new Error(words)
}
const path = tab => new URL(tab.url()).pathname
const click = (tab, selector) => tab.locator(selector).first().click({ timeout: 30_000 })
const send = tab => click(tab, 'main form button')

// told checks that a form says what is wrong: first in the title, beside the
// field and tied to it, with the field marked and, where it is one, at hand.
async function told(tab, l, field) {
  const box = field === 'fieldset'
  const at = tab.locator(`${field}[aria-invalid=true]${box ? '' : ':focus'}`)
  await at.waitFor({ timeout: 60_000 }) // marked, and at hand once the page has been drawn
  const where = `${tab.url()}, ${field}`
  const prefix = { fr: 'À corriger : ', en: 'To put right: ' }[l]
  must((await tab.title()).replace(/\u00a0/g, ' ').startsWith(prefix), `${where}: the title is "${await tab.title()}"`)
  let words = ''
  for (const id of (await at.getAttribute('aria-describedby') ?? '').split(' ')) {
    const fault = tab.locator(`[id="${id}"].fault`)
    if (await fault.count() && await fault.isVisible()) words += await fault.innerText()
  }
  must(words.length > 10, `${where}: no words on what is wrong`)
  must(await tab.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${where}: the page is too wide`)
  if (tab.checked) {
    await tab.evaluate(axe)
    const found = await violations(tab)
    must(found.length === 0, `${where}: ${found.join('; ')}`)
  }
}

// tabTo goes by the tab key to what a selector names, which must then be seen to
// have the focus.
async function tabTo(tab, selector) {
  for (let step = 0; step < 150; step++) {
    await tab.keyboard.press('Tab')
    const at = tab.locator(`${selector}:focus`)
    if (await at.count() === 0) continue
    must(await at.evaluate(e => {
      const seen = getComputedStyle(e.closest('.choice') ?? e)
      const box = e.getBoundingClientRect()
      return seen.outlineStyle !== 'none' && parseFloat(seen.outlineWidth) >= 2 && box.bottom > 0 && box.top < innerHeight
    }), `${tab.url()}: the focus on ${selector} is not seen`)
    return at
  }
  throw new Error(`${tab.url()}: the tab key does not lead to ${selector}`)
}

// press goes to something by the tab key and presses a key there.
async function press(tab, selector, key = 'Enter') {
  await tabTo(tab, selector)
  const before = tab.url()
  await tab.keyboard.press(key)
  if (key === 'Enter') await tab.waitForURL(url => url.href !== before, { timeout: 30_000 })
}

const journeys = {
  // The same as the next, by somebody who has no mouse.
  async 'finder by keyboard'(tab, l) {
    await tab.keyboard.press('Tab')
    must(await tab.locator('a.skip:focus').isVisible(), 'the first thing is no way past the header')
    await tab.keyboard.press('Enter')
    must(await tab.evaluate(() => document.activeElement?.id) === 'content', 'the way past the header leads nowhere')
    await press(tab, `main a[href="${link[l].find}"]`)
    await tabTo(tab, 'main input[type=radio]')
    await tab.keyboard.press('ArrowDown')
    for (let question = 1; question <= 5; question++) {
      if (question === 2) await press(tab, 'main input[type=checkbox]', 'Space')
      await press(tab, 'main form button')
    }
    must(/result/.test(tab.url()), `the five questions lead to ${tab.url()}`)
    await press(tab, 'main .pick a[href*="/h/"]')
    must(await tab.locator('#contact').count() === 1, 'the hoster cannot be reached')
    await tabTo(tab, 'main a[href^="mailto:"]')
  },

  // Somebody skips what they do not know, and reaches people to write to.
  async 'finder to contact'(tab, l) {
    await click(tab, `main a[href="${link[l].find}"]`)
    await click(tab, 'label[for=who-1]')
    for (let question = 1; question <= 5; question++) {
      must(/find|trouver$/.test(path(tab)), `question ${question} stands at ${tab.url()}`)
      await send(tab)
      if (question === 2) {
        await tab.locator('#place').fill('zzz-nulle-part')
        await send(tab)
        const fault = tab.locator('.fault')
        must(await fault.count() > 0 && (await fault.first().innerText()).length > 10, 'no words about a place that does not exist')
        const about = await tab.locator('#place').getAttribute('aria-describedby')
        must(about.split(' ').includes(await fault.first().getAttribute('id')), 'the fault is not tied to its field')
        await tab.locator('#place').fill('35000')
      }
    }
    must(await tab.locator('main a[href^="mailto:"]').count() > 0, 'no hoster to write to among the answers')
    must(!tab.url().includes('35000'), 'the postcode stands in the address')
  },

  async 'instead of Google Drive'(tab, l) {
    await tab.locator('#product').selectOption('google-drive')
    await click(tab, 'form:has(#product) button')
    must(path(tab) === `${link[l].instead}/google-drive`, `the choice leads to ${tab.url()}`)
    await tab.locator('#place').fill('69001')
    await send(tab)
    must(!tab.url().includes('69001'), 'the postcode stands in the address')
    must(/Nextcloud/.test(await tab.locator('main').innerText()), 'no free software is named')
    await click(tab, 'main a[href*="/h/traboule@"]')
    must(await tab.locator('#contact').count() === 1, 'the hoster cannot be reached')
  },

  async 'compare and print'(tab, l) {
    await click(tab, `header a[href="${link[l].find}"]`)
    for (let question = 1; question <= 5; question++) await send(tab)
    await click(tab, `main a[href^="${link[l].compare}?h="]`)
    const names = await tab.locator('main a.name').allInnerTexts()
    must(names.length >= 2, `${names.length} hosters stand side by side`)
    await tab.emulateMedia({ media: 'print' })
    must(!await tab.locator('header.site nav').isVisible(), 'the navigation is printed')
    for (const name of names) must(await tab.locator('main a.name', { hasText: name }).first().isVisible(), `${name} is not printed`)
    const sheet = await tab.pdf({ format: 'A4' })
    must(sheet.length > 5000, 'nothing is printed')
    await tab.emulateMedia({ media: 'screen' })
  },

  async 'follow a region from a fediverse server'(tab, l) {
    await click(tab, `main a[href="${link[l].area}"]`)
    const field = tab.locator('form.follow input[name=from]')
    await field.fill(': :')
    await click(tab, 'form.follow button')
    const again = tab.locator('form.follow:has(.fault)')
    must(await again.count() === 1, 'no words about an account that cannot be one')
    const fault = again.locator('.fault')
    const repeated = again.locator('input[name=from]')
    must((await repeated.getAttribute('aria-describedby')).split(' ').includes(await fault.getAttribute('id')), 'the fault is not tied to its field')
    await repeated.fill(`@ana@${elsewhere}`)
    await click(tab, 'form.follow:has(.fault) button')
    await tab.waitForURL(`http://${elsewhere}/**`, { timeout: 30_000 })
    must(/bre/i.test(await tab.locator('#uri').innerText()), `${tab.url()} does not name the region`)
    must(asked.length > 0, 'the home of the account was not asked')
  },

  async 'every form filled in wrongly'(tab, l) {
    const go = name => tab.goto(origin + link[l][name])
    await go('report')
    await send(tab)
    await told(tab, l, '#about')
    must(await tab.locator('#words-fault').count() === 1, 'the second field is told nothing')
    await tab.locator('#about').fill('Zinneke asbl')
    await send(tab)
    await told(tab, l, '#words')
    must(await tab.locator('#about').inputValue() === 'Zinneke asbl', 'what was typed is lost')
    await go('join')
    await tab.locator('#account').fill(': :')
    await click(tab, 'form:has(#account) button')
    await told(tab, l, '#account')
    for (const name of ['ask', 'listings', 'home']) {
      await go(name)
      await tab.locator('#place').fill('zzz-nulle-part')
      await click(tab, 'form:has(#place) button')
      await told(tab, l, '#place')
      must(await tab.locator('#place').inputValue() === 'zzz-nulle-part', `${name}: what was typed is lost`)
    }
    await go('follow')
    await tab.locator('input[name=from]').first().fill(': :')
    await click(tab, 'form.follow button')
    await told(tab, l, 'input[name=from]')
    await tab.goto(`${origin}${link[l].find}?step=care`)
    for (const label of (await tab.locator('fieldset .choice label').all()).slice(0, 4)) await label.click()
    await send(tab)
    await told(tab, l, 'fieldset')
  },

  // All that the directory knows of the incident stands on its own pages.
  async 'an incident'(tab, l) {
    await click(tab, `header a[href="${link[l].news}"]`)
    await click(tab, 'main a:has-text("Video calls drop after ten minutes")')
    must(/looking for the cause/.test(await tab.locator('main').innerText()), 'the words of the team are missing')
    must(await tab.locator('main [lang=en]').count() > 0 || l === 'en', 'English words do not say that they are')
    await click(tab, 'main a[href*="/h/zinneke@"]')
    must(await tab.locator('h1').innerText() === 'Zinneke asbl', 'the hoster has no page')
    must(await tab.locator('main a[href^="mailto:"]').count() > 0, 'the hoster cannot be written to')
  },
}
const now = when === 'down' ? ['an incident'] : Object.keys(journeys).filter(name => name !== 'an incident')

const browser = await launch()
async function walk(l, javaScriptEnabled, width) {
  const where = `${l}, ${javaScriptEnabled ? 'script' : 'no script'}, ${width} px`
  const { context: window, foreign } = await context(browser, [origin, `http://${elsewhere}`], { javaScriptEnabled, viewport: { width, height: 800 }, locale: l, reducedMotion: 'reduce' })
  const tab = await window.newPage()
  tab.setDefaultTimeout(30_000)
  tab.checked = javaScriptEnabled && width === 320
  for (const name of now) {
    if (name === 'finder by keyboard' && javaScriptEnabled) continue // keys do the same there
    const faults = []
    try {
      await tab.goto(origin + link[l].home)
      await journeys[name](tab, l)
    } catch (fault) {
      faults.push(`${tab.url()}: ${fault.message.split('\n').slice(0, 3).join(' ')}`)
    }
    report(`${name} (${where})`, [...faults, ...foreign.splice(0)])
  }
  await window.close()
}
for (const l of ['fr', 'en']) {
  for (const width of [320, 1280]) await Promise.all([walk(l, true, width), walk(l, false, width)])
}
await browser.close()
home.close()
