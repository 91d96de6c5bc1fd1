package search

// stock keeps things that searches need for a moment. Other than sync.Pool it
// keeps them while nobody searches too: room that is taken anew has to come from
// the system page by page, which would be a third of the next search.
type stock[T any] chan *T

// The most that are kept: sums of a megabyte each, of which a search needs one,
// and tallies of one bit a listing, of which it needs a dozen.
const (
	mostSums    = 4
	mostTallies = 48
)

func newStock[T any](most int) stock[T] { return make(stock[T], most) }

// take gives one that is as its last user left it, or a new one.
func (s stock[T]) take() *T {
	select {
	case v := <-s:
		return v
	default:
		return new(T)
	}
}

// give takes one back.
func (s stock[T]) give(v *T) {
	select {
	case s <- v:
	default:
	}
}
