package directory

import "math"

// earthRadius is the mean radius of the Earth in kilometres (IUGG): a sphere
// of it is right to about half a percent, far finer than the places that
// hosters give.
const earthRadius = 6371.0088

// Kilometres gives the great-circle distance from p to q, in kilometres, by
// the haversine formula: exact for points that touch and for antipodes alike.
// It is 0 <= d <= 20,016, the same both ways; the points must be valid
// coordinates.
func (p Point) Kilometres(q Point) float64 {
	const radian = math.Pi / 180
	lat := math.Sin((q.Latitude - p.Latitude) * radian / 2)
	lon := math.Sin((q.Longitude - p.Longitude) * radian / 2)
	h := lat*lat + math.Cos(p.Latitude*radian)*math.Cos(q.Latitude*radian)*lon*lon
	return 2 * earthRadius * math.Asin(math.Sqrt(min(1, h)))
}
