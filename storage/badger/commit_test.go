package badger

import (
	"errors"
	"fmt"
	"testing"

	"matou/federation/ap"
	"matou/storage"
)

// Where operations have room together and their counts have none, the writer
// steps back and takes fewer of them; one that has none alone is refused, and
// nothing of it is kept.
func TestNoRoomForTheCounts(t *testing.T) {
	s, err := Open(Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	actor := func(operation, i int) ap.IRI {
		return ap.IRI(fmt.Sprintf("https://a.example/%d/%d", operation, i))
	}
	// Every item is of an actor of its own, and thus counted in a record of its own.
	items := func(operation, size int) *op {
		c := &ap.Change{}
		for i := range size {
			a := actor(operation, i)
			c.Outbox = append(c.Outbox, ap.OutboxItem{Actor: a, Key: fmt.Sprintf("%026d", i), Activity: a + "/1"})
		}
		return &op{change: c, done: make(chan error, 1)}
	}
	counted := func(operation, size int) (n int) {
		for i := range size {
			_, _, outbox, err := s.Count(t.Context(), actor(operation, i))
			if err != nil {
				t.Fatal(err)
			}
			n += outbox
		}
		return n
	}
	const least, most, step = 500, 20_000, 500
	stepped := 0 // at this size
	for size := least; size <= most && stepped == 0; size += step {
		batch := []*op{items(size, size), items(size+1, size), items(size+2, size)}
		switch n := s.commit(batch); n {
		case 3: // room for all
		case 1:
			stepped = size
			for rest := batch[1:]; len(rest) > 0; {
				rest = rest[s.commit(rest):]
			}
		default:
			t.Fatalf("with 3 times %d items, %d operations were taken first", size, n)
		}
		for i, o := range batch {
			if err := <-o.done; err != nil || !o.applied {
				t.Fatalf("operation %d of %d items: %t, %v", i, size, o.applied, err)
			}
			if n := counted(size+i, size); n != size {
				t.Fatalf("operation %d of %d items: %d are counted", i, size, n)
			}
		}
	}
	if stepped == 0 {
		t.Fatalf("three times %d items and their counts had room", most)
	}
	for size := stepped; ; size += step {
		if size > most {
			t.Fatalf("%d items and their counts had room", most)
		}
		o := items(0, size)
		if n := s.commit([]*op{o}); n != 1 {
			t.Fatalf("%d of one operation were taken", n)
		}
		err := <-o.done
		if err == nil {
			continue
		}
		if n := counted(0, size); !errors.Is(err, storage.ErrTooBig) || n >= size {
			t.Errorf("%d items: %v, and %d are counted", size, err, n)
		}
		break
	}
	r, err := s.Check(t.Context())
	if err != nil || len(r.Problems) > 0 {
		t.Errorf("%v, %+v", err, r.Problems)
	}
}
