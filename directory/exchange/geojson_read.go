package exchange

import (
	"encoding/json"
	"fmt"

	"matou/directory"
)

// readGeoJSON reads the points of a map as hints on where hosters are. Each
// is on what its feature calls website, id or name; features without a point
// or without a name are told.
//
// RFC 7946: a position is longitude then latitude.
func readGeoJSON(source string, raw []byte) (Reading, error) {
	v, err := parseJSON(source, raw)
	if err != nil {
		return Reading{}, err
	}
	o, _ := v.(object)
	features := o.list("features")
	if o["type"] == "Feature" {
		features = []any{o}
	}
	if len(features) > MaxHosters {
		return Reading{}, directory.Invalid(source, "has %d features, and may have %d", len(features), MaxHosters)
	}
	var r Reading
	for i, item := range features {
		f, _ := item.(object)
		properties := f.sub("properties")
		h := hints{about: firstSaid(properties.str("website", "url"), f.str("id"), properties.str("name", "nom", "title")), source: source, format: FormatGeoJSON}
		where := fmt.Sprintf("features[%d]", i)
		point, err := position(f.sub("geometry"))
		if err == nil && h.about == "" {
			err = reason("nothing in its properties (website, name) says whose place it is")
		}
		if err != nil {
			r.Warnings = append(r.Warnings, Warning{File: source, Key: where, Reason: leftOut(err)})
			continue
		}
		h.tell(HintName, properties.str("name", "nom", "title"))
		h.tell(HintPoint, writeDegrees(point.Latitude)+","+writeDegrees(point.Longitude))
		r.Hints = append(r.Hints, h.all...)
	}
	return r, nil
}

func position(geometry object) (directory.Point, error) {
	numbers := geometry.list("coordinates")
	if geometry["type"] != "Point" || len(numbers) < 2 {
		return directory.Point{}, reason("only points say where somebody is")
	}
	var at [2]float64
	for i := range at {
		n, _ := numbers[i].(json.Number)
		d, err := n.Float64()
		if err != nil {
			return directory.Point{}, reason("its coordinates are no numbers")
		}
		at[i] = d
	}
	p := directory.Point{Latitude: at[1], Longitude: at[0]}
	if !onGlobe(p) {
		return p, reason("%g, %g lies on no globe (a position is longitude, then latitude)", at[0], at[1])
	}
	return p, nil
}
