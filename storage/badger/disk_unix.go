//go:build linux || darwin

package badger

import (
	"io/fs"
	"syscall"
)

// available tells how many bytes are left for dir.
func available(dir string) (uint64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}

// allocated tells how many bytes a file takes on the disk; Badger's logs are
// mostly holes.
func allocated(i fs.FileInfo) int64 {
	if s, ok := i.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return i.Size()
}
