package search

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"matou/directory"
)

// sums are what counting needs for a moment: a search would else leave a
// megabyte behind.
type sums struct {
	combos                       []int32  // zeros, but while combinations are counted
	met                          []uint32 // the combinations that are not zero
	areas, wholes, groups, alone []int32
	told                         []directory.Told
}

var spare = newStock[sums](mostSums)

// zeros gives n zeros, in the place of a where it is long enough.
func zeros[T int32 | uint64](a []T, n int) []T {
	a = slices.Grow(a[:0], n)[:n]
	clear(a)
	return a
}

// count gives how many listings of a set answer each area, by code, or each
// that one step leads to; areas of none are not told.
func (c *column) count(set *roaring.Bitmap, only *steps) []directory.Told {
	s := spare.take()
	defer spare.give(s)
	s.areas, s.wholes = zeros(s.areas, len(c.codes)), zeros(s.wholes, len(c.codes))
	s.groups, s.alone = zeros(s.groups, len(c.groups)), zeros(s.alone, len(c.groups))
	c.meet(s, set)
	for _, i := range s.met {
		c.add(s, i, s.combos[i])
		s.combos[i] = 0
	}
	begin := int32(0)
	for g, end := range c.ends {
		alone, whole := s.alone[g], int32(0)
		for _, w := range c.flat[begin:end] {
			whole += s.wholes[w]
			s.areas[w] += alone
		}
		s.groups[g] += whole
		begin = end
	}
	return c.tell(s, only)
}

// meet counts the combinations of a set.
func (c *column) meet(s *sums, set *roaring.Bitmap) {
	if len(s.combos) < len(c.combos) {
		s.combos = make([]int32, len(c.combos)+len(c.combos)/8)
	}
	s.met = s.met[:0]
	var buffer [1024]uint32
	numbers := set.ManyIterator()
	for k := numbers.NextMany(buffer[:]); k > 0; k = numbers.NextMany(buffer[:]) {
		for _, n := range buffer[:k] {
			i := c.of[n]
			if s.combos[i] == 0 {
				s.met = append(s.met, i)
			}
			s.combos[i]++
		}
	}
}

// add counts n listings of a combination.
func (c *column) add(s *sums, i uint32, n int32) {
	if i == 0 {
		return
	}
	short := c.lone[i]
	if short.area >= 0 {
		s.areas[short.area] += n
		s.alone[short.group] += n
	}
	if short.whole >= 0 {
		s.wholes[short.whole] += n
	}
	if short.area >= 0 && short.whole != several { // as most: what follows is in another place of the memory
		return
	}
	k := &c.combos[i]
	if short.area < 0 {
		for _, v := range k.values[:k.own] {
			s.areas[v] += n
		}
	}
	if short.whole != several {
		return
	}
	for _, w := range k.whole {
		s.wholes[w] += n
	}
	for _, t := range k.twice {
		s.groups[t.group] -= n * t.times
	}
}

// steps are the areas that one step leads to: from the chosen ones to those that
// lie directly in them, and from anywhere to countries and their regions.
type steps struct{ chosen []string }

// tell gives the areas that were counted, in order; with steps, these only.
func (c *column) tell(s *sums, only *steps) []directory.Told {
	s.told = s.told[:0]
	tell := func(i int32) {
		a := c.order[i]
		if n := s.areas[a.id] + s.groups[a.group]; n > 0 {
			s.told = append(s.told, directory.Told{Name: i, Count: n})
		}
	}
	inside := c.inside(only)
	switch {
	case only == nil:
		for i := range c.order {
			tell(int32(i))
		}
	case inside == nil:
		for _, i := range c.top {
			tell(i)
		}
	default:
		for i, a := range c.order {
			if len(c.groups[a.group]) <= 1 || inside[a.group] {
				tell(int32(i))
			}
		}
	}
	return slices.Clone(s.told)
}

// inside gives the groups of areas that lie directly in a chosen one: in it, and
// in no other that lies in it too. It gives nil where there are none.
func (c *column) inside(only *steps) map[int32]bool {
	var inside map[int32]bool
	if only == nil {
		return nil
	}
	for _, code := range only.chosen {
		chosen, known := c.ids[code]
		if !known {
			continue
		}
		within := func(a int32) bool { return a != chosen && slices.Contains(c.groups[c.group[a]], chosen) }
		for g, around := range c.groups {
			if slices.Contains(around, chosen) && !slices.ContainsFunc(around, within) {
				if inside == nil {
					inside = make(map[int32]bool)
				}
				inside[int32(g)] = true
			}
		}
	}
	return inside
}
