//go:build !linux && !darwin

package badger

import "io/fs"

// available is not known on this system.
func available(string) (uint64, bool) { return 0, false }

// allocated is the size that the file says.
func allocated(i fs.FileInfo) int64 { return i.Size() }
