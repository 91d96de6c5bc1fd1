package directory

import (
	"iter"
	"slices"
)

// Facet is one question by which a visitor narrows a directory. Its name is
// also its parameter in a page's address.
type Facet string

// OfAreas reports whether the values of f are codes of areas.
func (f Facet) OfAreas() bool { return f == FacetServes || f == FacetSeat || f == FacetData }

// The facets. Values of one facet widen (or), facets narrow (and), except
// FacetCriterion, whose values narrow too.
const (
	FacetFamily      Facet = "family"      // FamilyID
	FacetNeed        Facet = "need"        // NeedID
	FacetReplaces    Facet = "replaces"    // Replacement.ID
	FacetSoftware    Facet = "software"    // lower-case name
	FacetAccount     Facet = "account"     // WithoutAccount
	FacetOpenTo      Facet = "join"        // OpenTo
	FacetCapacity    Facet = "capacity"    // Capacity
	FacetServes      Facet = "serves"      // AreaCode, ancestors included; whoever serves an area is also found under each part of it
	FacetSeat        Facet = "seat"        // AreaCode of the seat, ancestors included
	FacetData        Facet = "data"        // AreaCode of the data, ancestors included
	FacetForm        Facet = "form"        // LegalForm
	FacetAudience    Facet = "audience"    // Audience
	FacetMaintenance Facet = "maintenance" // Maintenance
	FacetPaid        Facet = "paid"        // "yes", "no": at least one person is paid
	FacetHours       Facet = "hours"       // "office", "evening", "weekend": when somebody answers
	FacetOnCall      Facet = "oncall"      // "yes", "no"
	FacetAllowance   Facet = "allowance"   // "3.5", "7", "18", "36": has stated at most so many days; "none"
	FacetLanguage    Facet = "language"    // Language
	FacetCollective  Facet = "collective"  // slug; and slug:both, slug:hoster or slug:other, by who says it (SaidBy)
	FacetCriterion   Facet = "criterion"   // CriterionID stated as met
)

// AllFacets gives every facet, in the order in which they are declared.
func AllFacets() []Facet {
	return []Facet{
		FacetFamily, FacetNeed, FacetReplaces, FacetSoftware, FacetAccount,
		FacetOpenTo, FacetCapacity, FacetServes, FacetSeat, FacetData, FacetForm,
		FacetAudience, FacetMaintenance, FacetPaid, FacetHours, FacetOnCall,
		FacetAllowance, FacetLanguage, FacetCollective, FacetCriterion,
	}
}

// FixedValues gives the values of f in their natural order where the code
// fixes them, else nil: then the data do.
func (f Facet) FixedValues() []string {
	switch f {
	case FacetAccount:
		return []string{string(UseFull), string(UseRead), string(UseNothing)}
	case FacetOpenTo:
		return []string{string(OpenToAnyone), string(OpenToMembers), string(OpenToClients), string(OpenToNoOne)}
	case FacetCapacity:
		return []string{string(CapacityOpen), string(CapacityWaitingList), string(CapacityFull)}
	case FacetForm:
		return []string{
			string(FormAssociation), string(FormInformal), string(FormCooperative), string(FormMicroCompany),
			string(FormCompany), string(FormIndividual), string(FormOther),
		}
	case FacetAudience:
		return []string{string(AudienceIndividual), string(AudienceSmallOrganisation), string(AudienceLargeOrganisation)}
	case FacetMaintenance:
		return []string{string(MaintenanceVolunteer), string(MaintenanceMixed), string(MaintenancePaid)}
	case FacetPaid, FacetOnCall:
		return []string{"yes", "no"}
	case FacetHours:
		return []string{string(HoursOffice), string(HoursEvening), string(HoursWeekend)}
	case FacetAllowance:
		return []string{"3.5", "7", "18", "36", "none"}
	}
	return nil
}

// Query is what a visitor asks of a directory.
type Query struct {
	Text    string             // words; "" asks nothing
	Filters map[Facet][]string // values sorted and unique
	Place   string             // postcode or commune, as typed
	Near    *Point             // where Place is; nil: no place given or not found
	Day     Date               // seeds the neutral order
	Offset  int                // 0 <= Offset
	Limit   int                // 1 <= Limit <= 200

	// What is not shown need not be worked out; none of this is a part of the
	// question that is asked (Canonical).
	Count    []Facet // the facets to be counted; nil: every one
	Steps    bool    // of areas, those that one step leads to are told: countries, their regions, and what lies directly in an area chosen
	OnlyHits bool    // the answer tells Total, Hits and Near, and nothing else
}

// Result answers a Query.
type Result struct {
	Total  int
	Hits   []Hit
	Facets []FacetCounts // those of Query.Count, in the order of the vocabulary; not to be changed
	Near   *Point        // where distances count from: Query.Near, else a place that the text names; nil: nowhere
	Read   []Reading     // what the text was understood as, in its order; plain words that listings hold are not told
	Held   []Held        // what each filter and the text hide: filters in the order of the facets, the text last
	Wider  []Relaxation  // steps that find more, where fewer than Few were found
}

// Hit is one listing found.
type Hit struct {
	ID         ID
	Kilometres float64 // from Query.Near; -1: no place given, or the hoster gives none
}

// FacetCounts says how many listings each value of a facet would give, as if
// that facet were free and all others held. The values of FacetCriterion,
// which narrow, say how many listings would be left if they were added.
type FacetCounts struct {
	Facet  Facet
	Names  []string // the values that it may have, in the vocabulary's order or by alphabet; many answers share them
	Told   []Told   // those that give something or are chosen, in their order; never by count
	Chosen []string
	Unsaid int // listings that say nothing on it; kept apart from "no"
}

// Told is one value that is told. A large directory tells tens of thousands of
// areas: each is as short as can be, and holds nothing that the collector of
// garbage would have to look at.
type Told struct {
	Name  int32 // its place in FacetCounts.Names; one that nobody gives, less than 0: -1 is the first of FacetCounts.Chosen
	Count int32
}

// Values gives those that are told, in their order.
func (c FacetCounts) Values() iter.Seq[ValueCount] {
	return func(yield func(ValueCount) bool) {
		for _, t := range c.Told {
			name := ""
			if t.Name < 0 {
				name = c.Chosen[-1-t.Name]
			} else {
				name = c.Names[t.Name]
			}
			if !yield(ValueCount{name, int(t.Count), slices.Contains(c.Chosen, name)}) {
				return
			}
		}
	}
}

// ValueCount is one value of a facet, in words of the vocabulary or as a code.
type ValueCount struct {
	Value  string
	Count  int
	Chosen bool
}
