package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

const (
	lucioles = directory.ID("https://les-lucioles.example/ap/actors/les_lucioles")
	etoiles  = directory.ID("https://les-etoiles.example/ap/actors/les_etoiles")
	stranger = directory.ID("https://passant.example/ap/actors/passant")
)

func TestTies(t *testing.T) {
	today := directory.Date{Year: 2026, Month: 3, Day: 2}
	says := func(kind directory.RelationKind, with directory.ID) directory.Relation {
		return directory.Relation{Kind: kind, With: with}
	}
	past := directory.Relation{Kind: directory.RelationBacksUp, With: lucioles, Until: directory.Date{Year: 2025}}
	for name, c := range map[string]struct {
		own    []directory.Relation
		theirs map[directory.ID][]directory.Relation
		want   []string
	}{
		"nobody says anything": {nil, nil, nil},
		"one side": {[]directory.Relation{says(directory.RelationBackedUpBy, etoiles)}, nil,
			[]string{"backed-up-by etoiles hoster"}},
		"both sides": {[]directory.Relation{says(directory.RelationBackedUpBy, etoiles)},
			map[directory.ID][]directory.Relation{etoiles: {says(directory.RelationBacksUp, lucioles)}},
			[]string{"backed-up-by etoiles both"}},
		"the other side of another kind": {[]directory.Relation{says(directory.RelationBackedUpBy, etoiles)},
			map[directory.ID][]directory.Relation{etoiles: {says(directory.RelationWatches, lucioles)}},
			[]string{"backed-up-by etoiles hoster", "watched-by etoiles other"}},
		"both do the same for each other": {[]directory.Relation{says(directory.RelationBacksUp, etoiles)},
			map[directory.ID][]directory.Relation{etoiles: {says(directory.RelationBacksUp, lucioles)}},
			[]string{"backs-up etoiles hoster", "backed-up-by etoiles other"}},
		"turns shared": {[]directory.Relation{says(directory.RelationSharesOnCall, etoiles)},
			map[directory.ID][]directory.Relation{etoiles: {says(directory.RelationSharesOnCall, lucioles)}},
			[]string{"shares-on-call etoiles both"}},
		"a successor who accepts": {[]directory.Relation{says(directory.RelationSuccessor, etoiles)},
			map[directory.ID][]directory.Relation{etoiles: {says(directory.RelationTakesOver, lucioles)}},
			[]string{"hands-over-to etoiles both"}},
		"somebody else cannot confirm": {[]directory.Relation{says(directory.RelationSuccessor, etoiles)},
			map[directory.ID][]directory.Relation{stranger: {says(directory.RelationTakesOver, etoiles)}},
			[]string{"hands-over-to etoiles hoster"}},
		"a word that has ended": {[]directory.Relation{says(directory.RelationBackedUpBy, etoiles)},
			map[directory.ID][]directory.Relation{etoiles: {past}},
			[]string{"backed-up-by etoiles hoster"}},
		"its own word on itself":   {nil, map[directory.ID][]directory.Relation{lucioles: {says(directory.RelationBacksUp, lucioles)}}, nil},
		"a kind that is not known": {nil, map[directory.ID][]directory.Relation{etoiles: {says("owns", lucioles)}}, nil},
	} {
		var got []string
		for _, tie := range directory.Ties(directory.Hoster{ID: lucioles, Relations: c.own}, c.theirs, today) {
			who := map[directory.ID]string{etoiles: "etoiles", stranger: "stranger"}[tie.With]
			got = append(got, fmt.Sprintf("%s %s %s", tie.Kind, who, tie.SaidBy))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// What others state costs them nothing: they cannot fill a page.
func TestTiesOfManyStrangersAreBounded(t *testing.T) {
	theirs := map[directory.ID][]directory.Relation{}
	for i := range 5000 {
		theirs[directory.ID(fmt.Sprintf("https://h%d.example/a", i))] = []directory.Relation{{Kind: directory.RelationTakesOver, With: lucioles}}
	}
	if got := len(directory.Ties(directory.Hoster{ID: lucioles}, theirs, directory.Date{})); got > 100 {
		t.Errorf("got %d relations, want 100 at most", got)
	}
}

func TestEveryRelationHasItsOtherSide(t *testing.T) {
	for _, k := range directory.RelationKinds() {
		if got := k.OtherSide().OtherSide(); got != k {
			t.Errorf("the other side of the other side of %s: got %q, want it", k, got)
		}
	}
}

func TestBelongings(t *testing.T) {
	ended := directory.Date{Year: 2020}
	listing := directory.Listing{Hoster: directory.Hoster{ID: lucioles, Website: "https://lucioles.example/"}}
	listing.Hoster.Memberships = []directory.Membership{
		{Collective: "claimed"}, {Collective: "agreed"}, {Collective: "left", Until: ended}, {Collective: "closed", State: directory.StateClosed},
	}
	lists := directory.NewMemberLists([]directory.Collective{
		{Slug: "agreed", Source: "a", Members: []directory.Member{{Hoster: etoiles}, {Hoster: lucioles}}},
		{Slug: "agreed", Source: "b", Members: []directory.Member{{Hoster: lucioles}, {Hoster: lucioles}}},
		{Slug: "by-site", Source: "c", Members: []directory.Member{{Website: "http://www.Lucioles.example/a-propos"}}},
		{Slug: "by-node", Source: "d", Members: []directory.Member{{Website: "https://les-lucioles.example/"}}},
		{Slug: "former", Source: "e", Members: []directory.Member{{Hoster: lucioles, Until: ended}}},
		{Slug: "others", Source: "f", Members: []directory.Member{{Hoster: etoiles, Website: "https://lucioles.example/"}, {Name: "Les Lucioles"}}},
	})
	listing.Members = lists.Words(listing.Hoster)
	if got := len(listing.Members); got != 5 {
		t.Errorf("words of lists: got %d (%v), want one of each list that has it", got, listing.Members)
	}
	var got []string
	for _, b := range directory.Belongings(listing, directory.Date{Year: 2026, Month: 3, Day: 2}) {
		got = append(got, b.Collective+" "+string(b.SaidBy))
	}
	want := []string{"agreed both", "by-node other", "by-site other", "claimed hoster"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A visitor who asks for the members of a collective finds those that either
// side names, and can ask for those that both do.
func TestMembershipIsFoundByWhoSaysIt(t *testing.T) {
	v := directory.LoadVocabulary()
	said := func(l directory.Listing) []string { return directory.Terms(l, &v, nil)[directory.FacetCollective] }
	l := directorytest.Listing("Les Lucioles")
	l.Members = []directory.MemberWord{{Collective: "chatons"}, {Collective: "librehosters"}}
	want := []string{"chatons", "chatons:both", "librehosters", "librehosters:other"}
	if got := said(l); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	l.Hoster.Memberships, l.Members = nil, nil
	if got, answered := directory.Terms(l, &v, nil)[directory.FacetCollective]; answered {
		t.Errorf("nothing said by anybody: got %v, want no answer", got)
	}
	for value, want := range map[string]string{"chatons:both": "dit des deux côtés", "unknown:hoster": "dit par la structure"} {
		if got := v.Words(directory.FacetCollective, value)["fr"]; !strings.Contains(got, want) {
			t.Errorf("words of %s: got %q, want %q in them", value, got, want)
		}
	}
}
