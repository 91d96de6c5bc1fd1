// Package peers holds tests against software that is not ours: a Fedify server
// and two libraries that verify signatures, run by Node from the npm packages
// that package-lock.json pins.
package peers
