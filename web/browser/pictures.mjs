// Pictures of the ten main pages, wide and on a telephone, for people to look at.
//
// Usage: node pictures.mjs DIRECTORY HOSTER FOLDER
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { context, launch, report } from './site.mjs'

const [directory, hoster, folder] = process.argv.slice(2)
const port = new URL(hoster).host
const pages = {
  home: `${directory}/?lang=fr`,
  finder: `${directory}/trouver`,
  answers: `${directory}/trouver/resultat?who=small-organisation`,
  directory: `${directory}/hebergeurs`,
  map: `${directory}/hebergeurs/carte`,
  region: `${directory}/territoires/FR-BRE`,
  listing: `${directory}/h/menhir@${port}`,
  replacement: `${directory}/remplacer/google-drive`,
  news: `${directory}/nouvelles`,
  status: `${hoster}/etat`,
}
const faults = []
mkdirSync(folder, { recursive: true })
const browser = await launch()
for (const width of [1280, 320]) {
  const { context: window } = await context(browser, [directory, hoster], { viewport: { width, height: 900 } })
  const tab = await window.newPage()
  for (const [name, address] of Object.entries(pages)) {
    const answer = await tab.goto(address, { timeout: 60_000 })
    await tab.screenshot({ path: join(folder, `${name}-${width}.png`) })
    if (!answer.ok()) faults.push(`${address} answers ${answer.status()}`)
  }
}
await browser.close()
report('taken', faults)
