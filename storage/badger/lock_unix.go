//go:build unix

package badger

import (
	"errors"
	"os"
	"syscall"
)

// unlocked tells whether another process has the store, by the lock that
// Badger takes too.
func unlocked(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return openError(dir, err)
	}
	defer f.Close()
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return locked(dir)
	}
	return err
}
