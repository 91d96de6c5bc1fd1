package badger

import (
	"context"
	"fmt"
	"slices"

	badgerdb "github.com/dgraph-io/badger/v4"

	"matou/directory"
	"matou/federation/ap"
)

func proposedKey(aggregator, hoster ap.IRI) []byte {
	return join(kindProposed, hash(aggregator), []byte(hoster))
}

// Candidate gives the one of that hoster, or directory.ErrNotFound.
func (s *Store) Candidate(ctx context.Context, hoster ap.IRI) (ap.Candidate, error) {
	return read(ctx, s, func(t *tx) (ap.Candidate, error) {
		c, found, err := t.candidate(hoster)
		if err == nil && !found {
			err = directory.ErrNotFound
		}
		return c, err
	})
}

// Candidates gives every candidate, decided on or not, by the hoster's id.
func (s *Store) Candidates(ctx context.Context, p ap.Page) ([]ap.Candidate, error) {
	return read(ctx, s, func(t *tx) ([]ap.Candidate, error) {
		w := walk{prefix: []byte{kindCandidate}, from: []byte(p.After), past: p.After != ""}
		return collect[ap.Candidate](t, w, pageOf(p))
	})
}

// ProposedBy gives the hosters that an aggregator has proposed, withdrawn or
// not, by id.
func (s *Store) ProposedBy(ctx context.Context, aggregator ap.IRI, p ap.Page) ([]ap.IRI, error) {
	return read(ctx, s, func(t *tx) ([]ap.IRI, error) {
		return t.proposedBy(aggregator, p.After, pageOf(p))
	})
}

// Source gives what is kept of an aggregator to learn from, or
// directory.ErrNotFound.
func (s *Store) Source(ctx context.Context, aggregator ap.IRI) (ap.Source, error) {
	return read(ctx, s, func(t *tx) (ap.Source, error) {
		return must(t, byHash(kindSource, aggregator), func(r ap.Source) bool { return r.Aggregator == aggregator })
	})
}

func (t *tx) candidate(hoster ap.IRI) (ap.Candidate, bool, error) {
	return load(t, byName(kindCandidate, hoster), func(c ap.Candidate) bool { return c.Hoster == hoster })
}

func (t *tx) saveCandidate(c ap.Candidate) error { return t.save(byName(kindCandidate, c.Hoster), c) }

func (t *tx) proposedBy(aggregator ap.IRI, after string, limit int) ([]ap.IRI, error) {
	w := walk{prefix: byHash(kindProposed, aggregator), from: []byte(after), past: after != ""}
	keys, err := t.keys(w, limit)
	hosters := make([]ap.IRI, len(keys))
	for i, k := range keys {
		hosters[i] = ap.IRI(k)
	}
	return hosters, err
}

// proposedEnough reports whether an aggregator has proposed all that it may.
func (t *tx) proposedEnough(aggregator ap.IRI) (bool, error) {
	n := 0
	err := t.visit(walk{prefix: byHash(kindProposed, aggregator)}, func([]byte, *badgerdb.Item) (bool, error) {
		n++
		return n < ap.MaxCandidates, nil
	})
	return n >= ap.MaxCandidates, err
}

// noteProposal notes the word of an aggregator on a hoster.
func (t *tx) noteProposal(p ap.Proposal) error {
	c, found, err := t.candidate(p.Hoster)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.Sources, func(s ap.CandidateSource) bool { return s.Aggregator == p.Aggregator })
	switch {
	case p.Withdrawn && i < 0:
		return nil
	case p.Withdrawn:
		c.Sources[i].WithdrawnAt = p.At
		return t.saveCandidate(c)
	case i >= 0:
		if !c.Sources[i].WithdrawnAt.IsZero() {
			c.Sources[i] = ap.CandidateSource{Aggregator: p.Aggregator, At: p.At}
		}
	case len(c.Sources) >= ap.MaxSources:
		return nil
	default:
		full, err := t.proposedEnough(p.Aggregator)
		if err != nil || full {
			return err
		}
		c.Sources = append(c.Sources, ap.CandidateSource{Aggregator: p.Aggregator, At: p.At})
		if err := t.Set(proposedKey(p.Aggregator, p.Hoster), []byte(p.Aggregator)); err != nil {
			return err
		}
	}
	switch {
	case !found:
		c.Hoster, c.State, c.FirstAt = p.Hoster, p.State, p.At
	case c.State == ap.CandidateProposed && p.State == ap.CandidateWanted:
		c.State = ap.CandidateWanted
	}
	return t.saveCandidate(c)
}

// saveVerdict sets where a candidate stands.
func (t *tx) saveVerdict(v ap.Verdict) error {
	c, found, err := t.candidate(v.Hoster)
	if err != nil {
		return err
	}
	if !found {
		c.Hoster, c.FirstAt = v.Hoster, v.At
	}
	c.State, c.DecidedAt = v.State, v.At
	return t.saveCandidate(c)
}

func (t *tx) saveSource(s ap.Source) error { return t.save(byHash(kindSource, s.Aggregator), s) }

// removeSource forgets an aggregator to learn from, and what it alone proposed.
func (t *tx) removeSource(aggregator ap.IRI) error {
	hosters, err := t.proposedBy(aggregator, "", ap.MaxCandidates)
	if err != nil {
		return err
	}
	for _, h := range hosters {
		if err := t.Delete(proposedKey(aggregator, h)); err != nil {
			return err
		}
		c, found, err := t.candidate(h)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		c.Sources = slices.DeleteFunc(c.Sources, func(s ap.CandidateSource) bool { return s.Aggregator == aggregator })
		if len(c.Sources) == 0 && c.Undecided() {
			err = t.Delete(byName(kindCandidate, h))
		} else {
			err = t.saveCandidate(c)
		}
		if err != nil {
			return err
		}
	}
	return first(
		func() error { return t.removeListsOf(string(aggregator)) },
		func() error { return t.Delete(byHash(kindSource, aggregator)) },
	)
}

func (c *checker) checkCandidate(key []byte, item *badgerdb.Item) {
	record(c, "candidate", func(r ap.Candidate) []byte { return byName(kindCandidate, r.Hoster) }, func(r ap.Candidate) {
		for _, s := range r.Sources {
			if !c.has(proposedKey(s.Aggregator, r.Hoster)) {
				c.problem("candidate", string(r.Hoster), fmt.Sprintf("it is missing from what %s proposed", s.Aggregator))
			}
		}
	})(key, item)
}

func (c *checker) checkProposed(key []byte, item *badgerdb.Item) {
	hoster := ap.IRI(key[1+hashSize:])
	aggregator, err := item.ValueCopy(nil)
	if err == nil {
		var r ap.Candidate
		r, _, err = c.candidate(hoster)
		if _, named := r.Source(ap.IRI(aggregator)); err == nil && named {
			return
		}
	}
	c.problem("candidate", string(hoster), fmt.Sprintf("%s is noted as proposing it, and does not", aggregator))
}
