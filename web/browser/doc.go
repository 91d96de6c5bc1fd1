// Package browser holds tests of the pages in a real browser: Chromium driven
// by playwright-core, the accessibility checker axe-core and the validator
// html-validate, run by Node from the npm packages that package-lock.json
// pins, against the nodes of matou demo. A text browser has its own test.
package browser
