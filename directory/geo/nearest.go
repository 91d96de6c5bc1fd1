package geo

import "matou/directory"

// nearestLatitude bounds the search: more than this many degrees away, which
// is some 33 km, no place is near.
const nearestLatitude = 0.3

// nearestKilometres is how far a place may be to be called near.
const nearestKilometres = 25

// Nearest gives the commune, or the town outside France, whose middle is
// nearest to p, or false where none is within 25 km. It looks at all of them,
// since only a hoster that names no place of its own is asked for.
func (g *Gazetteer) Nearest(p directory.Point) (directory.Area, bool) {
	best, commune, town := float64(nearestKilometres), -1, -1
	nearer := func(latitude, longitude float64) bool {
		if off := latitude - p.Latitude; off > nearestLatitude || off < -nearestLatitude {
			return false
		}
		d := p.Kilometres(directory.Point{Latitude: latitude, Longitude: longitude})
		if d >= best {
			return false
		}
		best = d
		return true
	}
	for i := range g.communes {
		if c := &g.communes[i]; c.quality != none && nearer(c.latitude, c.longitude) {
			commune = i
		}
	}
	for i := range g.towns {
		if t := &g.towns[i]; nearer(t.latitude, t.longitude) {
			town = i
		}
	}
	switch {
	case town >= 0:
		return g.ofTown(int32(town)), true
	case commune >= 0:
		return g.ofCommune(int32(commune)), true
	}
	return directory.Area{}, false
}
