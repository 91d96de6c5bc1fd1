package directory

import (
	"math"
	"testing"
)

func TestKilometres(t *testing.T) {
	var (
		lannion  = Point{48.7322, -3.4590}
		rennes   = Point{48.1147, -1.6794}
		brussels = Point{50.8505, 4.3488}
		fiji     = Point{-17.8, 179.9}
		samoa    = Point{-17.8, -179.9}
	)
	tests := []struct {
		name     string
		p, q     Point
		want, by float64
	}{
		{"nowhere to go", lannion, lannion, 0, 0},
		{"Lannion to Rennes", lannion, rennes, 148, 2},
		{"Lannion to Brussels", lannion, brussels, 608, 6},
		{"over the date line, not round the world", fiji, samoa, 21.2, 0.2},
		{"antipodes", Point{90, 0}, Point{-90, 0}, math.Pi * earthRadius, 1e-6},
		{"antipodes on the equator", Point{0, -180}, Point{0, 0}, math.Pi * earthRadius, 1e-6},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, back := test.p.Kilometres(test.q), test.q.Kilometres(test.p)
			if math.Abs(got-test.want) > test.by || math.IsNaN(got) {
				t.Errorf("got %.3f km, want %.3f", got, test.want)
			}
			if got != back {
				t.Errorf("%.9f km there, %.9f km back", got, back)
			}
		})
	}
}
