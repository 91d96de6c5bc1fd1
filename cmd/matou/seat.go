package main

import (
	"fmt"
	"strings"

	"matou/directory"
	"matou/directory/exchange"
	"matou/directory/geo"
)

// seatByPoint gives the seat of an imported hoster a territory where it says
// only its coordinates: without one it stands on no page of a region. It takes
// the department, or what comes nearest to one elsewhere: the commune would be
// more than the coordinates of communes that are known here can tell. What it
// did is to be shown, so that the hoster can say otherwise.
func seatByPoint(h *directory.Hoster, file string) ([]exchange.Warning, error) {
	if h.Seat.Area != "" || h.Seat.Point == nil {
		return nil, nil
	}
	g, err := geo.Load()
	if err != nil {
		return nil, fmt.Errorf("load the areas: %w", err)
	}
	nearest, ok := g.Nearest(*h.Seat.Point)
	if !ok {
		return nil, nil
	}
	code := nearest.Code
	for _, c := range g.Ancestors(nearest.Code) {
		if strings.Contains(string(c), "-") { // ISO 3166-2
			code = c
			break
		}
	}
	area, ok := g.Area(code)
	if !ok {
		return nil, nil
	}
	h.Seat.Area = code
	name, _ := area.Name.In("en", "fr")
	return []exchange.Warning{{File: file, Key: "seat.area", Reason: fmt.Sprintf("taken from the coordinates: %s (%s); say otherwise in the profile where that is wrong", name, code)}}, nil
}
