package federation_test

import (
	"errors"
	"testing"

	"matou/directory"
	"matou/federation"
	"matou/federation/federationtest"
)

// How members were taken in is the collective's word: what it found is said by
// its directory, and nobody writes it down who speaks for no collective.
func TestAdmissions(t *testing.T) {
	ctx := t.Context()
	meute := federationtest.NewNode(t, federationtest.Options{Aggregator: "meute", Idle: true, Configure: func(c *federation.Config) {
		c.Aggregator.Collective = "meute"
	}})
	member := directory.Member{Hoster: "https://chat.example/ap/actors/chat", Website: "https://chat.example/", Admission: &directory.Admission{
		Batch: "Portée 1", Findings: []directory.Statement{{Criterion: "only-free-software", Value: directory.Met}},
		Derogations: []directory.Derogation{{Why: directory.Text{"fr": "Pour un an."}}},
	}}
	wild := directory.Member{Website: "https://www.parti.example/", Until: directory.Date{Year: 2024}}
	if err := meute.Admit(ctx, []directory.Member{member, wild}); err != nil {
		t.Fatal(err)
	}
	got, ok, err := meute.Admissions(ctx)
	if err != nil || !ok || len(got.Members) != 2 || got.ReadAt.IsZero() {
		t.Fatalf("got %+v, %t, %v; want both, and when", got, ok, err)
	}
	if a := got.Members[0].Admission; string(a.Findings[0].SaidBy) != meute.ActorID("meute") || a.Derogations[0].By != "meute" {
		t.Errorf("got %+v, want the word of the directory and its collective", a)
	}
	if member.Admission.Findings[0].SaidBy != "" {
		t.Error("what was given has been changed")
	}
	if all := lists(t, meute); len(all) != 0 {
		t.Errorf("lists that were read: got %v, want none: this one is its own", all)
	}
	if _, err := meute.ForgetCollective(ctx, "meute", ""); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("forgetting the lists of others: got %v, want none found", err)
	}

	// Written again, the same member is not there twice.
	wild.Since, wild.Website = directory.Date{Year: 2019}, "https://parti.example/ailleurs"
	if err := meute.Admit(ctx, []directory.Member{wild}); err != nil {
		t.Fatal(err)
	}
	if got, _, _ := meute.Admissions(ctx); len(got.Members) != 2 || got.Members[1].Since.Year != 2019 {
		t.Errorf("written again: got %+v", got.Members)
	}
	if err := meute.Admit(ctx, []directory.Member{{}}); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("a member who is nobody: got %v, want invalid", err)
	}
	if err := meute.Unadmit(ctx, directory.Member{Website: "https://inconnu.example/"}); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("taken back of somebody else: got %v, want none found", err)
	}
	for _, who := range []directory.Member{{Hoster: member.Hoster}, {Website: "https://parti.example"}} {
		if err := meute.Unadmit(ctx, who); err != nil {
			t.Errorf("taken back: %v", err)
		}
	}
	if got, _, _ := meute.Admissions(ctx); len(got.Members) != 0 {
		t.Errorf("taken back: got %+v, want nobody", got.Members)
	}

	other := federationtest.NewNode(t, federationtest.Options{Aggregator: "ouest", Idle: true})
	if err := other.Admit(ctx, []directory.Member{member}); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("a directory that speaks for nobody: got %v, want a conflict", err)
	}
}
