package search_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"reflect"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/directory/search"
)

// saved gives an index in which listings have come, changed and gone, and its
// snapshot.
func saved(t testing.TB) (*search.Index, []byte) {
	t.Helper()
	listings := directorytest.Listings(120, 9)
	x := index(listings...)
	for _, l := range listings[:20] {
		x.Remove(l.Hoster.ID)
	}
	for _, l := range listings[10:15] {
		x.Put(l)
	}
	var b bytes.Buffer
	if err := x.Save(&b, "key", 77); err != nil {
		t.Fatal(err)
	}
	return x, b.Bytes()
}

func TestSnapshotAnswersTheSame(t *testing.T) {
	x, snapshot := saved(t)
	y := index()
	after, err := y.Load(snapshot, "key")
	if err != nil || after != 77 {
		t.Fatalf("load: got %d, %v, want 77", after, err)
	}
	more := directorytest.Listings(140, 9)[118:]
	for _, step := range []func(*search.Index){
		func(*search.Index) {},
		func(i *search.Index) { i.PutAll(more) },
		func(i *search.Index) { i.Remove(more[0].Hoster.ID) },
	} {
		step(x)
		step(y)
		for _, text := range []string{"", "nextcloud", "visio brest", "etherpda"} {
			q := directory.Query{Text: text, Day: today, Filters: filters("serves", "FR")}
			if got, want := y.Search(q), x.Search(q); !reflect.DeepEqual(got, want) {
				t.Errorf("%q: got %+v, want %+v", text, got, want)
			}
		}
	}
}

func TestSnapshotThatDoesNotFitIsRefused(t *testing.T) {
	_, snapshot := saved(t)
	torn, flipped := snapshot[:len(snapshot)/2], bytes.Clone(snapshot)
	flipped[len(flipped)/3] ^= 4
	for name, c := range map[string]struct {
		snapshot []byte
		key      string
	}{
		"nothing": {nil, "key"}, "torn": {torn, "key"}, "flipped": {flipped, "key"}, "of another key": {snapshot, "other"},
	} {
		y := index(directorytest.Listing("Le Bocal"))
		if _, err := y.Load(c.snapshot, c.key); !errors.Is(err, search.ErrSnapshot) || y.Len() != 1 {
			t.Errorf("%s: got %v and %d listings, want ErrSnapshot and the index as it was", name, err, y.Len())
		}
	}
}

// FuzzSnapshot reads what a disk may hold after the checksum has been mended.
func FuzzSnapshot(f *testing.F) {
	_, snapshot := saved(f)
	f.Add(snapshot[:len(snapshot)-4])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		y := index()
		if _, err := y.Load(summed(body), "key"); err == nil {
			y.Search(directory.Query{Text: "nextcloud"})
		}
	})
}

// summed puts the checksum of a snapshot behind its body.
func summed(body []byte) []byte {
	return binary.BigEndian.AppendUint32(bytes.Clone(body), crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
}
