package storagetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// proposed is a Proposal of the nth hoster by the nth aggregator.
func proposed(by, hoster int, state ap.CandidateState) ap.Proposal {
	return ap.Proposal{Aggregator: peer(by), Hoster: peer(hoster), State: state, At: start}
}

func testProposals(t *testing.T, b *bench) {
	candidate := func(n int) ap.Candidate { return good[ap.Candidate](t)(b.Candidate(b.ctx, peer(n))) }
	from := func(by int) ap.CandidateSource { return ap.CandidateSource{Aggregator: peer(by), At: start} }

	b.apply(ap.Change{Proposals: []ap.Proposal{proposed(1, 100, ap.CandidateProposed), proposed(1, 100, ap.CandidateProposed)}})
	want := ap.Candidate{Hoster: peer(100), State: ap.CandidateProposed, Sources: []ap.CandidateSource{from(1)}, FirstAt: start}
	equal(t, "proposed twice", candidate(100), want)

	b.apply(ap.Change{Proposals: []ap.Proposal{proposed(2, 100, ap.CandidateWanted), proposed(1, 100, ap.CandidateProposed)}})
	want.State, want.Sources = ap.CandidateWanted, append(want.Sources, from(2))
	equal(t, "wanted by another", candidate(100), want)

	withdrawn := proposed(1, 100, "")
	withdrawn.Withdrawn = true
	unknown := proposed(3, 100, "")
	unknown.Withdrawn = true
	b.apply(ap.Change{Proposals: []ap.Proposal{withdrawn, unknown}})
	want.Sources[0].WithdrawnAt = start
	equal(t, "withdrawn", candidate(100), want)

	b.apply(ap.Change{Proposals: []ap.Proposal{proposed(1, 100, ap.CandidateProposed)}})
	want.Sources[0].WithdrawnAt = time.Time{}
	equal(t, "proposed again", candidate(100), want)

	b.apply(ap.Change{Verdicts: []ap.Verdict{{Hoster: peer(100), State: ap.CandidateDismissed, At: start}, {Hoster: peer(101), State: ap.CandidateRefused, At: start}}})
	b.apply(ap.Change{Proposals: []ap.Proposal{proposed(4, 100, ap.CandidateWanted)}})
	want.State, want.DecidedAt, want.Sources = ap.CandidateDismissed, start, append(want.Sources, from(4))
	equal(t, "dismissed", candidate(100), want)
	equal(t, "refused before it was proposed", candidate(101), ap.Candidate{Hoster: peer(101), State: ap.CandidateRefused, FirstAt: start, DecidedAt: start})

	equal(t, "by id", ids(good[[]ap.Candidate](t)(b.Candidates(b.ctx, ap.Page{Limit: 10}))), []ap.IRI{peer(100), peer(101)})
	equal(t, "the next page", ids(good[[]ap.Candidate](t)(b.Candidates(b.ctx, ap.Page{After: string(peer(100)), Limit: 10}))), []ap.IRI{peer(101)})
	b.reopen()
	equal(t, "after a restart", candidate(100), want)
	if _, err := b.Candidate(b.ctx, peer(9)); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("nobody: got %v, want not found", err)
	}
}

func ids(all []ap.Candidate) []ap.IRI {
	var out []ap.IRI
	for _, c := range all {
		out = append(out, c.Hoster)
	}
	return out
}

func testSources(t *testing.T, b *bench) {
	s := ap.Source{Aggregator: peer(1), Learn: ap.LearnFollow, Day: start, Asked: 3}
	b.apply(ap.Change{
		Sources: []ap.Source{s},
		Proposals: []ap.Proposal{
			proposed(1, 100, ap.CandidateProposed), proposed(1, 101, ap.CandidateWanted), proposed(1, 102, ap.CandidateWanted),
			proposed(2, 101, ap.CandidateProposed),
		},
		Verdicts: []ap.Verdict{{Hoster: peer(102), State: ap.CandidateAsked, At: start}},
	})
	equal(t, "source", good[ap.Source](t)(b.Source(b.ctx, peer(1))), s)
	equal(t, "proposed by", good[[]ap.IRI](t)(b.ProposedBy(b.ctx, peer(1), ap.Page{Limit: 10})), []ap.IRI{peer(100), peer(101), peer(102)})
	equal(t, "the next page", good[[]ap.IRI](t)(b.ProposedBy(b.ctx, peer(1), ap.Page{After: string(peer(101)), Limit: 10})), []ap.IRI{peer(102)})

	b.apply(ap.Change{RemoveSources: []ap.IRI{peer(1), peer(8)}})
	if _, err := b.Source(b.ctx, peer(1)); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("a source that was removed: got %v, want not found", err)
	}
	equal(t, "what others proposed or somebody decided on", ids(good[[]ap.Candidate](t)(b.Candidates(b.ctx, ap.Page{Limit: 10}))), []ap.IRI{peer(101), peer(102)})
	equal(t, "proposed by nobody any more", len(good[[]ap.IRI](t)(b.ProposedBy(b.ctx, peer(1), ap.Page{Limit: 10}))), 0)
}

func testProposalBounds(t *testing.T, b *bench) {
	long := strings.Repeat("a", 220)
	hoster := func(n int) ap.IRI { return ap.IRI(fmt.Sprintf("https://h%05d.example/%s", n, long)) }
	for from := 0; from < ap.MaxCandidates; from += 50 { // as much as there can be to change when the first is forgotten
		var c ap.Change
		for i := from; i < from+50; i++ {
			for by := 2; by <= ap.MaxSources; by++ {
				c.Proposals = append(c.Proposals, ap.Proposal{Aggregator: peer(100 + by), Hoster: hoster(i), State: ap.CandidateProposed, At: start})
			}
		}
		b.apply(c)
	}
	for from := 0; from < ap.MaxCandidates+50; from += 50 {
		var c ap.Change
		for i := from; i < from+50; i++ {
			c.Proposals = append(c.Proposals, ap.Proposal{Aggregator: peer(1), Hoster: hoster(i), State: ap.CandidateProposed, At: start})
		}
		b.apply(c)
	}
	if _, err := b.Candidate(b.ctx, hoster(ap.MaxCandidates-1)); err != nil {
		t.Errorf("the last that fits: %v", err)
	}
	if _, err := b.Candidate(b.ctx, hoster(ap.MaxCandidates)); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("one too many: got %v, want not found", err)
	}
	var c ap.Change
	for i := range ap.MaxSources + 5 {
		c.Proposals = append(c.Proposals, proposed(i+2, 1, ap.CandidateProposed))
	}
	b.apply(c)
	equal(t, "sources of one", len(good[ap.Candidate](t)(b.Candidate(b.ctx, peer(1))).Sources), ap.MaxSources)
	for by := 1; by <= ap.MaxSources; by++ {
		gone := peer(100 + by)
		if by == 1 {
			gone = peer(1)
		}
		b.apply(ap.Change{RemoveSources: []ap.IRI{gone}})
	}
	equal(t, "left", ids(good[[]ap.Candidate](t)(b.Candidates(b.ctx, ap.Page{}))), []ap.IRI{peer(1)})
}

func testRebuildStays(t *testing.T, b *bench) {
	due := func() ap.Refresh { return good[ap.Refresh](t)(b.Refresh(b.ctx, peer(1))) }
	b.apply(ap.Change{Refreshes: []ap.Refresh{{Actor: peer(1), DueAt: start, Reason: ap.ReasonRebuild}}})
	b.apply(ap.Change{Refreshes: []ap.Refresh{{Actor: peer(1), DueAt: start.Add(time.Second), Reason: "update"}}})
	equal(t, "asked for meanwhile", due(), ap.Refresh{Actor: peer(1), DueAt: start.Add(time.Second), Reason: ap.ReasonRebuild})
	next := ap.Refresh{Actor: peer(1), DueAt: start.Add(time.Hour), Reason: "weekly"}
	b.apply(ap.Change{RefreshesDone: []ap.RefreshDone{{Actor: peer(1), TakenDueAt: start.Add(time.Second), Next: &next}}})
	equal(t, "carried out", due(), next)
	if _, err := b.Refresh(b.ctx, peer(2)); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("nothing due: got %v, want not found", err)
	}
}
