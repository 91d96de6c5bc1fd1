package federation

import (
	"context"
	"fmt"
	"slices"

	"matou/directory"
	"matou/federation/ap"
)

// Admissions gives the word of this node's own directory with the members whose
// admission its keeper has written down; it is false where the directory
// carries the word of no collective. Who is listed here is a member with or
// without such a record.
func (n *Node) Admissions(ctx context.Context) (directory.Collective, bool, error) {
	word, ok := n.Word()
	if !ok {
		return word, false, nil
	}
	all, err := n.store.Collectives(ctx)
	if err != nil {
		return word, false, fmt.Errorf("read the admissions: %w", err)
	}
	for _, k := range all {
		if k.Source == word.Source && k.Slug == word.Slug {
			word.Members, word.ReadAt = k.Members, k.ReadAt
		}
	}
	return word, true, nil
}

// Admit writes down how members were taken in, in place of what was written of
// each before: it is the collective's word, so that findings are said by this
// directory's actor, and exceptions granted by its collective. Errors are
// *directory.FieldErrors, and directory.ErrConflict where this directory
// carries the word of no collective.
func (n *Node) Admit(ctx context.Context, members []directory.Member) error {
	list, ok, err := n.Admissions(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("this directory carries the word of no collective: %w", directory.ErrConflict)
	}
	list.Members = slices.Clone(list.Members)
	for _, m := range members {
		m = asWordOf(list, m)
		i := slices.IndexFunc(list.Members, m.Is)
		if i < 0 {
			list.Members = append(list.Members, m)
			continue
		}
		list.Members[i] = m
	}
	return n.keepAdmissions(ctx, list)
}

// asWordOf gives m with whose word its admission is.
func asWordOf(list directory.Collective, m directory.Member) directory.Member {
	if m.Admission == nil {
		return m
	}
	a := *m.Admission
	a.Findings, a.Derogations = slices.Clone(a.Findings), slices.Clone(a.Derogations)
	for i := range a.Findings {
		a.Findings[i].SaidBy = directory.ID(list.Source)
	}
	for i := range a.Derogations {
		a.Derogations[i].By = list.Slug
	}
	m.Admission = &a
	return m
}

// Unadmit takes back what was written of the admission of a member, known by
// its actor or site: it was a mistake. One who leaves is given an end instead.
// It is directory.ErrNotFound where nothing was written.
func (n *Node) Unadmit(ctx context.Context, who directory.Member) error {
	list, ok, err := n.Admissions(ctx)
	if err != nil {
		return err
	}
	kept := slices.DeleteFunc(slices.Clone(list.Members), who.Is)
	if !ok || len(kept) == len(list.Members) {
		return fmt.Errorf("admission: %w", directory.ErrNotFound)
	}
	list.Members = kept
	return n.keepAdmissions(ctx, list)
}

func (n *Node) keepAdmissions(ctx context.Context, list directory.Collective) error {
	if err := list.Validate(); err != nil {
		return err
	}
	list.ReadAt = n.now()
	change := ap.Change{Collectives: []directory.Collective{list}}
	if len(list.Members) == 0 {
		change = ap.Change{RemoveCollectives: []ap.MemberList{{Slug: list.Slug, Source: list.Source}}}
	}
	_, err := n.apply(ctx, change)
	return err
}
