package directory

// Charter is one version of the charter of a collective, as data. Criteria
// refer to its points; what a hoster says on a point is an ordinary Statement
// on the criterion.
type Charter struct {
	ID         string           `json:"id"`         // collective and version: "chatons-2"
	Collective string           `json:"collective"` // slug
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
