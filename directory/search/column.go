package search

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// column holds, for a facet whose values are areas, what each listing answers,
// as the number of a combination of areas. A directory has some thirty thousand
// communes, and counting the listings of each by its own set would take longer
// than the rest of a search; here one walk through the listings found counts
// the combinations, and these tell the areas.
//
// Areas that lie in the same others are one group, so that nothing is written
// out that follows from where an area lies: whoever serves all of an area is
// found under each area within it, by group; and most answer one area and what
// is around it, which takes one step to count and not one for each.
type column struct {
	around func(area string) []string // the areas around one, without itself

	of     []uint32 // by number of the listing: its combination; 0: says nothing
	combos []combo  // the first stands for nothing
	lone   []lone   // by combination
	at     map[string]uint32
	free   []uint32
	broad  map[uint32]bool // combinations that serve several areas wholly

	ids     map[string]int32 // of areas: those that listings answer, and all around them
	codes   []string         // by id
	group   []int32          // by id
	naming  []int32          // by id: how many combinations name the area
	order   []named          // the areas that some combination names, by their codes
	names   []string         // these codes; never changed, for answers share them
	top     []int32          // where in order areas are that lie in one other at the most
	stale   bool             // order is to be made anew
	groups  [][]int32        // the areas around, by number of the group
	flat    []int32          // the same one after the other
	ends    []int32          // where each ends in flat
	groupAt map[string]int32
}

// named is an area that is told.
type named struct{ id, group int32 }

// lone is a combination in short, for most answer one area and what is around
// it, and serve all of one area at most.
type lone struct {
	area  int32 // the one that it answers alone but for all around it; -1: none
	group int32 // of area
	whole int32 // the one that it serves wholly; -1: none; several
}

// several stands for more areas than one.
const several = -2

// nobody answers nothing in short.
var nobody = lone{area: -1, whole: -1}

// combo is what some listings answer alike.
type combo struct {
	key      string
	listings int
	values   []int32 // areas under which they are found, first those that lie in no area served wholly
	own      int     // how many these first ones are
	whole    []int32 // areas of which they serve every part, none of them within another
	twice    []again
}

// again is a group that lies in several of the areas that a combination serves
// wholly, and in how many too many.
type again struct{ group, times int32 }

func newColumn(around func(string) []string) *column {
	return &column{
		around: around, combos: make([]combo, 1), lone: []lone{nobody}, at: make(map[string]uint32), broad: make(map[uint32]bool),
		ids: make(map[string]int32), groupAt: make(map[string]int32),
	}
}

// put says what listing n answers. settle must follow.
func (c *column) put(n uint32, values, whole []string) {
	for int(n) >= len(c.of) {
		c.of = append(c.of, 0)
	}
	if len(values) == 0 {
		return
	}
	i := c.combine(c.idsOf(values), c.idsOf(whole))
	c.combos[i].listings++
	c.of[n] = i
}

// remove forgets what listing n answers. settle must follow.
func (c *column) remove(n uint32) {
	if int(n) >= len(c.of) || c.of[n] == 0 {
		return
	}
	i := c.of[n]
	c.of[n] = 0
	k := &c.combos[i]
	if k.listings--; k.listings > 0 {
		return
	}
	for _, v := range k.values {
		c.naming[v]--
		c.stale = c.stale || c.naming[v] == 0
	}
	delete(c.at, k.key)
	delete(c.broad, i)
	*k = combo{}
	c.free = append(c.free, i)
}

// settle puts the areas that are named in order.
func (c *column) settle() {
	if !c.stale {
		return
	}
	c.stale, c.order, c.top = false, c.order[:0], c.top[:0]
	for id, n := range c.naming {
		if n > 0 {
			c.order = append(c.order, named{int32(id), c.group[id]})
		}
	}
	slices.SortFunc(c.order, func(a, b named) int { return cmp.Compare(c.codes[a.id], c.codes[b.id]) })
	c.names = make([]string, len(c.order))
	for i, a := range c.order {
		c.names[i] = c.codes[a.id]
		if len(c.groups[a.group]) <= 1 {
			c.top = append(c.top, int32(i))
		}
	}
}

func (c *column) idsOf(codes []string) []int32 {
	ids := make([]int32, len(codes))
	for i, code := range codes {
		ids[i] = c.id(code)
	}
	return ids
}

// id gives the number of an area, a new one for an area that has none.
func (c *column) id(code string) int32 {
	if id, ok := c.ids[code]; ok {
		return id
	}
	id := int32(len(c.codes))
	c.ids[code], c.codes, c.naming, c.group = id, append(c.codes, code), append(c.naming, 0), append(c.group, 0)
	around := c.idsOf(c.around(code))
	slices.Sort(around)
	key := string(appendIDs(nil, around))
	g, known := c.groupAt[key]
	if !known {
		g = int32(len(c.groups))
		c.groups, c.groupAt[key] = append(c.groups, around), g
		c.flat = append(c.flat, around...)
		c.ends = append(c.ends, int32(len(c.flat)))
		for i := range c.broad {
			c.combos[i].reach(g, around)
		}
	}
	c.group[id] = g
	return id
}

func appendIDs(b []byte, ids []int32) []byte {
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id)+1)
	}
	return append(b, 0)
}

// combine gives the number of a combination, which it makes where there is none
// yet. The ids are the column's to keep.
func (c *column) combine(values, whole []int32) uint32 {
	slices.Sort(values)
	slices.Sort(whole)
	key := appendIDs(appendIDs(nil, values), whole)
	if i, known := c.at[string(key)]; known {
		return i
	}
	i := uint32(len(c.combos))
	if last := len(c.free) - 1; last >= 0 {
		i, c.free = c.free[last], c.free[:last]
	} else {
		c.combos, c.lone = append(c.combos, combo{}), append(c.lone, nobody)
	}
	within := func(v int32) bool { return overlap(c.groups[c.group[v]], whole) > 0 }
	k := combo{key: string(key), values: values}
	slices.SortStableFunc(k.values, func(a, b int32) int { return flag(within(a)) - flag(within(b)) })
	for k.own < len(values) && !within(values[k.own]) {
		k.own++
	}
	for _, w := range whole {
		if !within(w) {
			k.whole = append(k.whole, w)
		}
	}
	if len(k.whole) > 1 {
		c.broad[i] = true
		for g, around := range c.groups {
			k.reach(int32(g), around)
		}
	}
	for _, v := range values {
		c.stale = c.stale || c.naming[v] == 0
		c.naming[v]++
	}
	short := lone{area: c.alone(k.values[:k.own]), whole: -1}
	if short.area >= 0 {
		short.group = c.group[short.area]
	}
	switch len(k.whole) {
	case 0:
	case 1:
		short.whole = k.whole[0]
	default:
		short.whole = several
	}
	c.combos[i], c.lone[i], c.at[k.key] = k, short, i
	return i
}

// alone gives the area among some that all others are around, if they are all
// that is around it; else -1.
func (c *column) alone(values []int32) int32 {
	for _, v := range values {
		if around := c.groups[c.group[v]]; len(around) == len(values)-1 && int(overlap(around, values)) == len(around) {
			return v
		}
	}
	return -1
}

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// overlap gives how many of some areas are among others.
func overlap(some, others []int32) (n int32) {
	for _, a := range some {
		if slices.Contains(others, a) {
			n++
		}
	}
	return n
}

// reach notes a group that lies in several areas that k serves wholly.
func (k *combo) reach(g int32, around []int32) {
	if n := overlap(around, k.whole); n > 1 {
		k.twice = append(k.twice, again{g, n - 1})
	}
}
