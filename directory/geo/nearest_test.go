package geo

import (
	"testing"

	"matou/directory"
)

func TestNearest(t *testing.T) {
	g := gazetteer(t)
	tests := []struct {
		at   directory.Point
		want string // "" where nothing is near
	}{
		{directory.Point{Latitude: 48.73, Longitude: -3.46}, "Lannion"},
		{directory.Point{Latitude: -20.88, Longitude: 55.45}, "Saint-Denis"},
		{directory.Point{Latitude: 50.85, Longitude: 4.35}, "Bruxelles"},
		{directory.Point{Latitude: 45, Longitude: -30}, ""}, // in the Atlantic
	}
	for _, test := range tests {
		a, ok := g.Nearest(test.at)
		if got, _ := a.Name.In("fr"); got != test.want || ok != (test.want != "") {
			t.Errorf("Nearest(%v) = %q, %t, want %q", test.at, got, ok, test.want)
		}
	}
}

func BenchmarkNearest(b *testing.B) {
	g := gazetteer(b)
	for b.Loop() {
		g.Nearest(directory.Point{Latitude: 48.73, Longitude: -3.46})
	}
}
