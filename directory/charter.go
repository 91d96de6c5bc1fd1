package directory

import (
	"maps"
	"slices"
	"strings"
)

// Charter is one version of the charter of a collective, as data. Criteria
// refer to its points; what a hoster says on a point is an ordinary Statement
// on the criterion.
type Charter struct {
	ID         string           `json:"id"`           // collective and version: "chatons-2"
	Collective string           `json:"collective"`   // slug
	By         Text             `json:"by,omitempty"` // what the collective is called; else as the labels of facets say
	Version    string           `json:"version"`
	Name       Text             `json:"name"`
	URL        string           `json:"url,omitempty"` // the charter itself
	Sections   []CharterSection `json:"sections"`
}

// CharterSection is a part of a charter.
type CharterSection struct {
	ID     string         `json:"id"`
	Label  Text           `json:"label"`
	Points []CharterPoint `json:"points"`
}

// CharterPoint is one commitment of a charter, in our own short words.
type CharterPoint struct {
	ID        string         `json:"id"` // "T4": unique in its charter
	Text      Text           `json:"text"`
	Check     Text           `json:"check"` // how it can be checked from outside
	CheckedBy []PointWitness `json:"checkedBy"`
}

// PointWitness is who can tell whether a point is met.
type PointWitness string

// Who can tell.
const (
	WitnessHoster     PointWitness = "hoster"     // the hoster itself: it is a declaration
	WitnessCollective PointWitness = "collective" // those who review it for the collective
	WitnessAnyone     PointWitness = "anyone"     // whoever opens a page
	WitnessMachine    PointWitness = "machine"    // an automatic check
)

// Charter gives the charter of that id, or false.
func (v *Vocabulary) Charter(id string) (Charter, bool) {
	for _, c := range v.Charters {
		if c.ID == id {
			return c, true
		}
	}
	return Charter{}, false
}

// charterBy gives what a collective is called in its charters, nil where none
// says it.
func (v *Vocabulary) charterBy(collective string) Text {
	for _, c := range v.Charters {
		if c.Collective == collective && len(c.By) > 0 {
			return c.By
		}
	}
	return nil
}

// Point gives the point of that id, or false.
func (c Charter) Point(id string) (CharterPoint, bool) {
	for _, s := range c.Sections {
		for _, p := range s.Points {
			if p.ID == id {
				return p, true
			}
		}
	}
	return CharterPoint{}, false
}

// charterFiles gives the names of the charters that are built in or given, each
// once, by name.
func charterFiles(files map[string][]byte) []string {
	names := make(map[string]bool)
	built, _ := builtIn.ReadDir("data/" + strings.TrimSuffix(ChartersFolder, "/"))
	for _, file := range built {
		names[ChartersFolder+file.Name()] = true
	}
	for name := range files {
		if strings.HasPrefix(name, ChartersFolder) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func (c *check) charters(all []Charter) {
	ids := make(map[string]bool)
	for _, charter := range all {
		f := ChartersFolder + charter.ID + ".json"
		newID(c, path(f, "id"), charter.ID, ids)
		c.slug(path(f, "collective"), charter.Collective)
		c.required(path(f, "version"), charter.Version)
		c.line(path(f, "version"), charter.Version, MaxName)
		c.optionalLabel(path(f, "by"), charter.By)
		c.label(path(f, "name"), charter.Name)
		c.address(path(f, "url"), charter.URL)
		sections, points := make(map[string]bool), make(map[string]bool)
		for i, s := range charter.Sections {
			g := item(path(f, "sections"), i)
			newID(c, path(g, "id"), s.ID, sections)
			c.label(path(g, "label"), s.Label)
			for j, p := range s.Points {
				c.charterPoint(item(path(g, "points"), j), p, points)
			}
		}
	}
}

func (c *check) charterPoint(f string, p CharterPoint, points map[string]bool) {
	c.required(path(f, "id"), p.ID)
	c.line(path(f, "id"), p.ID, MaxName)
	if points[p.ID] {
		c.invalid(path(f, "id"), "is there twice: %s", clip(p.ID))
	}
	points[p.ID] = true
	c.label(path(f, "text"), p.Text)
	c.label(path(f, "check"), p.Check)
	if len(p.CheckedBy) == 0 {
		c.invalid(path(f, "checkedBy"), "must say who can tell whether it is met")
	}
	oneOfEach(c, path(f, "checkedBy"), p.CheckedBy, WitnessHoster, WitnessCollective, WitnessAnyone, WitnessMachine)
}

// CriterionOn gives the criterion on which hosters answer a point of a charter,
// or false.
func (v *Vocabulary) CriterionOn(charter, point string) (Criterion, bool) {
	i := slices.IndexFunc(v.Criteria, func(k Criterion) bool { return k.Charter == charter && k.Point == point })
	if i < 0 {
		return Criterion{}, false
	}
	return v.Criteria[i], true
}

// Under gives the charter under whose version s was made: the one that it
// names, else the one that its criterion comes from. It is false for a
// criterion that is of no charter.
func (v *Vocabulary) Under(s Statement) (Charter, bool) {
	id := s.Charter
	if id == "" {
		k, _ := v.Criterion(s.Criterion)
		id = k.Charter
	}
	return v.Charter(id)
}
