package badger

import (
	"testing"
	"time"

	"matou/storage/storagetest"
)

func TestSuite(t *testing.T) {
	storagetest.Run(t, func(t *testing.T, place string, clock func() time.Time) storagetest.Engine {
		s, err := Open(Options{Dir: place, Clock: clock})
		if err != nil {
			t.Fatalf("Open: %v", err)
		}
		return s
	})
}
