package badger

import (
	"testing"

	"matou/storage"
	"matou/storage/storagetest"
)

func TestSuite(t *testing.T) {
	storagetest.Run(t, func(t *testing.T, place string, o storage.Options) storagetest.Engine {
		s, err := Open(Options{Dir: place, Clock: o.Clock})
		if err != nil {
			t.Fatalf("Open: %v", err)
		}
		return s
	})
}
