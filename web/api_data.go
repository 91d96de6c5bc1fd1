package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"matou/directory"
)

// historyAnswer is the past of a listing, the latest entry first.
type historyAnswer struct {
	Handle  string               `json:"handle"`
	Entries []historyEntryAnswer `json:"entries"`
	Folded  int                  `json:"folded"`         // earlier entries that are not kept
	Since   time.Time            `json:"since,omitzero"` // of the very first entry
}

type historyEntryAnswer struct {
	At      time.Time              `json:"at"`
	Event   directory.HistoryEvent `json:"event"`
	SaidBy  directory.Voice        `json:"saidBy"`
	Words   string                 `json:"words"`
	Source  string                 `json:"source,omitempty"` // where it was read
	Added   []factAnswer           `json:"added"`
	Changed []factAnswer           `json:"changed"`
	Removed []factAnswer           `json:"removed"`
	More    int                    `json:"more,omitempty"` // facts that are counted alone
}

type factAnswer struct {
	Field string `json:"field"`
	Of    string `json:"of,omitempty"` // slug of a service or collective, id of a criterion
	Label string `json:"label"`
}

func (s *Site) answerHistory(r *http.Request, l directory.Language) (any, string, error) {
	handle := mux.Vars(r)["handle"]
	listing, err := s.options.Directory.ListingByHandle(r.Context(), handle)
	if err != nil {
		return nil, "", fmt.Errorf("listing: %w", err)
	}
	if movedFrom(handle, listing) {
		return nil, "", &movedError{withQuery(s.listingAPI(listing)+"/history", r.URL.Query())}
	}
	h, err := s.options.Directory.History(r.Context(), listing.Hoster.ID)
	if err != nil {
		return nil, "", fmt.Errorf("history: %w", err)
	}
	loc := s.locales[l]
	facts := func(all []directory.Fact) []factAnswer {
		answers := make([]factAnswer, 0, len(all))
		for _, f := range all {
			answers = append(answers, factAnswer{f.Field, f.Of, s.fact(loc, listing, f)})
		}
		return answers
	}
	a := historyAnswer{Handle: listing.Handle, Entries: make([]historyEntryAnswer, 0, len(h.Entries)), Folded: h.Folded, Since: h.Since}
	for _, e := range h.Entries {
		a.Entries = append(a.Entries, historyEntryAnswer{
			At: e.At, Event: e.Event, SaidBy: e.SaidBy, Words: s.stepWords(loc, e), Source: e.Source, More: e.More,
			Added: facts(e.Added), Changed: facts(e.Changed), Removed: facts(e.Removed),
		})
	}
	return a, jsonType, nil
}

// areaAnswer is one territory.
type areaAnswer struct {
	Code   directory.AreaCode   `json:"code"`
	Kind   directory.AreaKind   `json:"kind"`
	Name   directory.Text       `json:"name"`
	Label  string               `json:"label"`  // tells it from another of its name
	Within []directory.AreaCode `json:"within"` // the territories it lies in, nearest first
	Point  *directory.Point     `json:"point,omitempty"`
}

type areasAnswer struct {
	Areas []areaAnswer `json:"areas"`
}

func (s *Site) areaAnswer(l directory.Language, a directory.Area) areaAnswer {
	within := a.Parent
	if within == nil {
		within = []directory.AreaCode{}
	}
	return areaAnswer{Code: a.Code, Kind: a.Kind, Name: a.Name, Label: s.placeName(l, a), Within: within, Point: a.Point}
}

// answerAreas finds territories by a postcode or the name of a town; looked up
// here, and not written down.
func (s *Site) answerAreas(r *http.Request, l directory.Language) (any, string, error) {
	q, err := directory.ParseQuery(map[string][]string{"place": {r.URL.Query().Get("place")}})
	if err == nil && q.Place == "" {
		err = directory.Invalid("place", "must be given: a postcode, or the name of a town")
	}
	if err != nil {
		return nil, "", err
	}
	a := areasAnswer{Areas: []areaAnswer{}}
	for _, area := range s.options.Areas.Locate(q.Place) {
		a.Areas = append(a.Areas, s.areaAnswer(l, area))
	}
	return a, jsonType, nil
}

func (s *Site) answerArea(r *http.Request, l directory.Language) (any, string, error) {
	area, ok := s.options.Areas.Area(directory.AreaCode(mux.Vars(r)["code"]))
	if !ok {
		return nil, "", fmt.Errorf("area: %w", directory.ErrNotFound)
	}
	return s.areaAnswer(l, area), jsonType, nil
}

type criteriaAnswer struct {
	Groups   []directory.Group     `json:"groups"`
	Criteria []directory.Criterion `json:"criteria"`
	Charters []directory.Charter   `json:"charters"`
}

func (s *Site) answerCriteria(*http.Request, directory.Language) (any, string, error) {
	v := &s.options.Vocabulary
	return criteriaAnswer{filled(v.Groups), filled(v.Criteria), filled(v.Charters)}, jsonType, nil
}

type needsAnswer struct {
	Families []directory.Family `json:"families"`
}

func (s *Site) answerNeeds(*http.Request, directory.Language) (any, string, error) {
	return needsAnswer{filled(s.options.Vocabulary.Families)}, jsonType, nil
}

type presetsAnswer struct {
	Presets []directory.Preset `json:"presets"`
}

func (s *Site) answerPresets(*http.Request, directory.Language) (any, string, error) {
	return presetsAnswer{filled(s.options.Vocabulary.Presets)}, jsonType, nil
}

type replacementsAnswer struct {
	Replacements []directory.Replacement `json:"replacements"`
}

func (s *Site) answerReplacements(*http.Request, directory.Language) (any, string, error) {
	return replacementsAnswer{filled(s.options.Vocabulary.Replacements)}, jsonType, nil
}

// filled is a list that is never null in JSON.
func filled[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
