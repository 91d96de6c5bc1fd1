package web

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"math"
	"net/url"
	"sort"

	"matou/directory"
)

// cursor is where a page ends: behind one listing in the order of one day.
// Pages that go on from it neither repeat nor leave out a listing, whatever
// comes into the directory or leaves it meanwhile, because each listing's place
// in the order follows from its id alone (directory.Shuffle).
type cursor struct {
	Day        directory.Date `json:"d"`
	ID         directory.ID   `json:"i"`
	Kilometres float64        `json:"k"` // -1: its place is not known
	Offset     int            `json:"o"` // how many came before when it was given: where to look first
	Query      uint64         `json:"q"` // directory.Seed of what was asked
}

// maxCursor is how many bytes a cursor has at most.
const maxCursor = 4096

func (c cursor) String() string {
	raw, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parseCursor reads a cursor that String wrote.
func parseCursor(s string) (cursor, error) {
	var c cursor
	invalid := directory.Invalid("cursor", "must be taken from the address of a next page, as it stands")
	if len(s) > maxCursor {
		return c, invalid
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.ID == "" || c.Day.Day == 0 || c.Offset < 0 || c.Offset > directory.MaxOffset {
		return cursor{}, invalid
	}
	return c, nil
}

// paged is a question with the place at which its page begins.
type paged struct {
	question
	cursor *cursor // nil: Offset tells
}

// askPage reads the query of an address of the interface, with the day that its
// order is of. Beside a cursor, offset and page do not count.
func (s *Site) askPage(l directory.Language, values url.Values) (paged, error) {
	given := values.Get("cursor")
	if given != "" {
		values.Del("offset")
		values.Del("page")
	}
	q, err := s.askAPI(l, values)
	if err != nil {
		return paged{}, err
	}
	p := paged{question: q}
	if given != "" {
		c, err := parseCursor(given)
		if err != nil {
			return paged{}, err
		}
		if c.Query != directory.Seed(q.found().Canonical()) {
			return paged{}, directory.Invalid("cursor", "is of another question: its parameters must stay as they were")
		}
		p.cursor, p.Day, p.Offset = &c, c.Day, c.Offset
	}
	if p.Day.IsZero() {
		p.Day = s.today()
	}
	return p, nil
}

// searchPage searches the page of q, and sets q.Offset to where it begins.
func (s *Site) searchPage(ctx context.Context, q *paged) (directory.Result, error) {
	if q.cursor == nil {
		return s.search(ctx, q.found())
	}
	// Where nothing has changed the listing stands before q.Offset. Else it is
	// near, or anywhere.
	for _, around := range []int{1, 200, directory.MaxOffset} {
		window := q.found()
		window.Offset = max(0, q.cursor.Offset-around)
		window.Limit = q.cursor.Offset - window.Offset + around - 1 + q.Limit
		if around == directory.MaxOffset {
			window.Limit = directory.MaxOffset
		}
		found, err := s.search(ctx, window)
		if err != nil {
			return directory.Result{}, err
		}
		at := sort.Search(len(found.Hits), func(i int) bool { return q.cursor.before(found.Hits[i], window) })
		begins := at > 0 || window.Offset == 0
		ends := at+q.Limit <= len(found.Hits) || window.Offset+len(found.Hits) >= found.Total
		if begins && ends || around == directory.MaxOffset {
			q.Offset = window.Offset + at
			found.Hits = found.Hits[at:min(at+q.Limit, len(found.Hits))]
			return found, nil
		}
	}
	return directory.Result{}, nil // the last window holds everything
}

// before reports whether a hit stands behind the listing of c.
func (c *cursor) before(h directory.Hit, q directory.Query) bool {
	far := func(km float64) float64 {
		if km < 0 {
			return math.Inf(1)
		}
		return km
	}
	canonical := q.Canonical()
	return cmp.Or(
		cmp.Compare(far(h.Kilometres), far(c.Kilometres)),
		cmp.Compare(directory.Shuffle(q.Day, canonical, h.ID), directory.Shuffle(q.Day, canonical, c.ID)),
		cmp.Compare(h.ID, c.ID),
	) > 0
}

// nextPage gives the address of the page behind the one that was found; "" at
// the end.
func (s *Site) nextPage(path string, l directory.Language, q paged, found directory.Result) string {
	if len(found.Hits) == 0 || q.Offset+len(found.Hits) >= found.Total {
		return ""
	}
	last := found.Hits[len(found.Hits)-1]
	next := q.Query
	next.Offset, next.Day = 0, directory.Date{}
	values := next.Values()
	values.Set("cursor", cursor{
		Day: q.Day, ID: last.ID, Kilometres: last.Kilometres,
		Offset: q.Offset + len(found.Hits), Query: directory.Seed(q.found().Canonical()),
	}.String())
	if l != "" {
		values.Set("lang", string(l))
	}
	if q.every {
		values.Set("areas", "all")
	}
	return s.absolute(withQuery(path, values))
}
