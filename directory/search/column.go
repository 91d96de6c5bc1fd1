package search

import (
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// column holds, for a facet whose values are areas, what each listing answers,
// as the number of a combination of areas. A directory has some ten thousand
// communes, and counting the listings of each by its own set would take longer
// than the rest of a search; here one walk through the listings found counts
// the combinations, of which there are few, and these tell the areas.
type column struct {
	of     []uint32 // by number of the listing; 0: says nothing
	combos []combo  // the first stands for nothing
	at     map[string]uint32
	free   []uint32
}

// combo is what some listings answer alike.
type combo struct {
	key      string
	listings int
	values   []string // areas under which they are found
	whole    []string // areas of which they serve every part
}

func newColumn() *column {
	return &column{combos: make([]combo, 1), at: make(map[string]uint32)}
}

// put says what listing n answers, and reports whether nobody did so before.
func (c *column) put(n uint32, values, whole []string) bool {
	for int(n) >= len(c.of) {
		c.of = append(c.of, 0)
	}
	if len(values) == 0 {
		return false
	}
	key := strings.Join(values, " ") + "|" + strings.Join(whole, " ")
	i, known := c.at[key]
	if !known {
		if last := len(c.free) - 1; last >= 0 {
			i, c.free = c.free[last], c.free[:last]
		} else {
			i = uint32(len(c.combos))
			c.combos = append(c.combos, combo{})
		}
		c.combos[i] = combo{key: key, values: values, whole: whole}
		c.at[key] = i
	}
	c.combos[i].listings++
	c.of[n] = i
	return !known
}

// remove forgets what listing n answers.
func (c *column) remove(n uint32) {
	if int(n) >= len(c.of) || c.of[n] == 0 {
		return
	}
	i := c.of[n]
	c.of[n] = 0
	if c.combos[i].listings--; c.combos[i].listings == 0 {
		delete(c.at, c.combos[i].key)
		c.combos[i] = combo{}
		c.free = append(c.free, i)
	}
}

// areas is a column made ready for counting, with areas as their places in a
// list. It is made anew when an area or a combination comes or goes.
type areas struct {
	values []string  // sorted
	around [][]int32 // of each value: the areas around it that some listing serves wholly
	combos []areaCombo
}

// areaCombo is a combo in places of areas.values.
type areaCombo struct {
	values, whole []int32
	twice         []again
}

// again is a value that a combination reaches more often than once, and how
// many times too often: it names the area and serves one around it, or serves
// two areas that overlap.
type again struct {
	value int32
	times int32
}

// prepare makes c ready; around gives the areas around one.
func (c *column) prepare(around func(string) []string) *areas {
	at := make(map[string]int32)
	for _, k := range c.combos {
		for _, v := range k.values {
			at[v] = 0
		}
	}
	a := &areas{values: make([]string, 0, len(at)), combos: make([]areaCombo, len(c.combos))}
	for v := range at {
		a.values = append(a.values, v)
	}
	slices.Sort(a.values)
	for i, v := range a.values {
		at[v] = int32(i)
	}
	whole := make(map[int32]bool)
	for i, k := range c.combos {
		for _, v := range k.values {
			a.combos[i].values = append(a.combos[i].values, at[v])
		}
		for _, v := range k.whole {
			if w, ok := at[v]; ok {
				a.combos[i].whole = append(a.combos[i].whole, w)
				whole[w] = true
			}
		}
	}
	if len(whole) == 0 {
		return a
	}
	a.around = make([][]int32, len(a.values))
	under := make(map[int32][]int32) // the values within each area served wholly
	for i, v := range a.values {
		for _, outer := range around(v) {
			if w, ok := at[outer]; ok && whole[w] {
				a.around[i] = append(a.around[i], w)
				under[w] = append(under[w], int32(i))
			}
		}
	}
	for i := range a.combos {
		a.reach(&a.combos[i], under)
	}
	return a
}

// reach finds the values that k reaches more than once.
func (a *areas) reach(k *areaCombo, under map[int32][]int32) {
	// An area within another that is served wholly adds nothing.
	k.whole = slices.DeleteFunc(slices.Clone(k.whole), func(w int32) bool {
		return slices.ContainsFunc(a.around[w], func(outer int32) bool { return slices.Contains(k.whole, outer) })
	})
	seen := make(map[int32]bool)
	look := func(v int32) {
		if seen[v] {
			return
		}
		seen[v] = true
		times := int32(-1)
		if slices.Contains(k.values, v) {
			times++
		}
		for _, w := range a.around[v] {
			if slices.Contains(k.whole, w) {
				times++
			}
		}
		if times > 0 {
			k.twice = append(k.twice, again{v, times})
		}
	}
	for _, v := range k.values {
		look(v)
	}
	if len(k.whole) < 2 {
		return
	}
	// Of two areas that overlap, the smaller tells what is in both; the largest
	// of all need not be walked.
	largest := slices.MaxFunc(k.whole, func(v, w int32) int { return len(under[v]) - len(under[w]) })
	for _, w := range k.whole {
		if w == largest {
			continue
		}
		for _, v := range under[w] {
			if len(a.around[v]) > 1 {
				look(v)
			}
		}
	}
}

// count gives how many listings of a set answer each value, and how many values
// some of them answer.
func (a *areas) count(c *column, set *roaring.Bitmap) (counts []int32, some int) {
	in := make([]int32, len(c.combos))
	var buffer [1024]uint32
	numbers := set.ManyIterator()
	for k := numbers.NextMany(buffer[:]); k > 0; k = numbers.NextMany(buffer[:]) {
		for _, n := range buffer[:k] {
			in[c.of[n]]++
		}
	}
	counts = make([]int32, len(a.values))
	var down []int32
	if a.around != nil {
		down = make([]int32, len(a.values))
	}
	for i := 1; i < len(a.combos); i++ {
		n := in[i]
		if n == 0 {
			continue
		}
		k := &a.combos[i]
		for _, v := range k.values {
			counts[v] += n
		}
		for _, w := range k.whole {
			down[w] += n
		}
		for _, t := range k.twice {
			counts[t.value] -= n * t.times
		}
	}
	for v, around := range a.around {
		for _, w := range around {
			counts[v] += down[w]
		}
	}
	for _, n := range counts {
		if n > 0 {
			some++
		}
	}
	return counts, some
}
