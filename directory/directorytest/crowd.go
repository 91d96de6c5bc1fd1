package directorytest

import (
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"

	"matou/directory"
)

// Crowd gives n listings one after another, for measures of large directories:
// those of Listings, with a description of thirty to ninety invented words,
// some of them far more frequent than others, and seated in one of places in
// turn where there are any. Names hold a number in letters, not in digits, so
// that two in three bear a word that few others do, as among real hosters.
func Crowd(n int, seed uint64, places []directory.Area) iter.Seq[directory.Listing] {
	return func(yield func(directory.Listing) bool) {
		g := generator{rand.New(rand.NewPCG(seed, 0x63726f7764))}
		frequent := rand.NewZipf(g.Rand, 1.1, 4, 9_999)
		for i := range n {
			h := g.hoster(i)
			h.Name = strings.TrimSuffix(h.Name, " "+strconv.Itoa(i))
			if i%3 != 0 {
				h.Name += " " + syllables(uint64(i/2)+40_000)
			}
			var text strings.Builder
			for range 30 + g.IntN(61) {
				text.WriteString(syllables(frequent.Uint64()) + " ")
			}
			h.Description = directory.Text{"fr": strings.TrimSpace(text.String())}
			if len(places) > 0 {
				settle(g, &h, places[g.IntN(len(places))])
			}
			if !yield(listing(h)) {
				return
			}
		}
	}
}

// settle moves h to a place; it serves the place, or an area around it.
func settle(g generator, h *directory.Hoster, a directory.Area) {
	name, _ := a.Name.In("fr")
	country := h.Seat.Country
	for _, p := range a.Parent {
		if len(p) == 2 { // ISO 3166-1
			country = p
		}
	}
	h.Seat = directory.Place{Name: name, Area: a.Code, Country: country}
	if g.chance(20) && a.Point != nil {
		p := *a.Point
		h.Seat.Point = &p
	}
	if len(h.Serves) == 0 {
		return
	}
	around := append([]directory.AreaCode{a.Code}, a.Parent...)
	h.Serves = []directory.AreaCode{around[g.IntN(len(around))]}
	if g.chance(15) {
		if other := around[g.IntN(len(around))]; other != h.Serves[0] {
			h.Serves = append(h.Serves, other)
		}
	}
}

// syllables gives a word for a number, another for each.
func syllables(n uint64) string {
	const consonants, vowels = "bdfgjklmnprstvz", "aeiou"
	var b strings.Builder
	for n += 75; n > 0; n /= 75 {
		b.WriteByte(consonants[n%75/5])
		b.WriteByte(vowels[n%5])
	}
	return b.String()
}
