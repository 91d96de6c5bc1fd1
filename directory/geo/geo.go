// Package geo knows territories: the communes, inter-municipalities (EPCI),
// departments and regions of France, the regions of Belgium, the countries of
// Europe and their larger towns. Its data are embedded, so that no question of
// a visitor leaves the node; data/SOURCES.md says where they come from.
package geo

import (
	"errors"

	"matou/directory"
)

// Gazetteer answers questions on territories. It implements directory.Areas
// and is safe for concurrent use. Make one with Load.
type Gazetteer struct {
}

// Load gives the gazetteer. The first call parses the embedded data; every
// call gives the same one. A node that holds no directory never calls it.
func Load() (*Gazetteer, error) { return nil, errors.New("geo: no data yet") }

// Area gives the territory of that code, or false.
func (g *Gazetteer) Area(code directory.AreaCode) (directory.Area, bool) {
	return directory.Area{}, false
}

// Ancestors gives the code itself and every area it lies in, nearest first.
func (g *Gazetteer) Ancestors(code directory.AreaCode) []directory.AreaCode {
	return []directory.AreaCode{code}
}

// Locate finds the places that a visitor may mean by a postcode or the name of
// a commune, best first, at most ten.
func (g *Gazetteer) Locate(text string) []directory.Area { return nil }
