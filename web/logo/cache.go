package logo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// Cache keeps pictures as files of a folder, each under the hash of the
// address that it came from. It can be emptied at any time: what is missing is
// fetched again. It is safe for use by many goroutines.
type Cache struct {
	dir string

	mu    sync.RWMutex
	files map[string]file
}

// file is one picture of the folder.
type file struct {
	version string // start of the SHA-256 of its bytes, hexadecimal
	at      time.Time
}

const suffix = ".png"

var fileName = regexp.MustCompile(`^[0-9a-f]{32}\.png$`)

// OpenCache reads what a folder holds, which it makes where it is not there.
func OpenCache(dir string) (*Cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of logos: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the folder of logos: %w", err)
	}
	c := &Cache{dir: dir, files: map[string]file{}}
	for _, e := range entries {
		if !fileName.MatchString(e.Name()) {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		info, err2 := e.Info()
		if err := errors.Join(err, err2); err != nil {
			return nil, fmt.Errorf("read a logo: %w", err)
		}
		c.files[e.Name()] = file{version(raw), info.ModTime()}
	}
	return c, nil
}

// Name gives the name of the file of the picture at address, whether it is
// there or not.
func Name(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:16]) + suffix
}

func version(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:6])
}

// Logo gives the name and version of the picture at address; "", "" where
// there is none.
func (c *Cache) Logo(address string) (name, version string) {
	if address == "" {
		return "", ""
	}
	name = Name(address)
	c.mu.RLock()
	defer c.mu.RUnlock()
	f, ok := c.files[name]
	if !ok {
		return "", ""
	}
	return name, f.version
}

// Picture gives the bytes of a file by its name, and their version; nil where
// there is no such file.
func (c *Cache) Picture(name string) (raw []byte, version string, err error) {
	c.mu.RLock()
	f, ok := c.files[name]
	c.mu.RUnlock()
	if !ok {
		return nil, "", nil
	}
	raw, err = os.ReadFile(filepath.Join(c.dir, name)) // a name that Logo gave
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil // swept meanwhile
	}
	if err != nil {
		return nil, "", fmt.Errorf("read a logo: %w", err)
	}
	return raw, f.version, nil
}

// FetchedAt gives when the picture at address was last kept; zero for never.
func (c *Cache) FetchedAt(address string) time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.files[Name(address)].at
}

// Keep makes the picture in raw small and keeps it for address, as fetched at.
// What is no picture is directory.ErrInvalid, and leaves what was there.
func (c *Cache) Keep(address string, raw []byte, at time.Time) error {
	small, err := Shrink(raw)
	if err != nil {
		return err
	}
	name := Name(address)
	path := filepath.Join(c.dir, name)
	if err := os.WriteFile(path+".new", small, 0o600); err != nil {
		return fmt.Errorf("keep a logo: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("keep a logo: %w", err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		return fmt.Errorf("keep a logo: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.files[name] = file{version(small), at}
	return nil
}

// Sweep removes the pictures of all addresses but those.
func (c *Cache) Sweep(addresses []string) error {
	kept := map[string]bool{}
	for _, a := range addresses {
		kept[Name(a)] = true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for name := range c.files {
		if kept[name] {
			continue
		}
		if err := os.Remove(filepath.Join(c.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a logo: %w", err)
		}
		delete(c.files, name)
	}
	left, err := filepath.Glob(filepath.Join(c.dir, "*"+suffix+".new"))
	for _, f := range left {
		err = errors.Join(err, os.Remove(f))
	}
	if err != nil {
		return fmt.Errorf("remove an unfinished logo: %w", err)
	}
	return nil
}
