package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"matou/directory"
	"matou/directory/search"
)

// The search index of a large directory is kept beside the store, so that a
// node which starts again need not read every listing before it can answer. The
// store stays what counts: a snapshot that does not fit is passed over.
const (
	snapshotName  = "search.snapshot"
	snapshotFrom  = 2_000            // listings; fewer are read anew in no time
	snapshotEvery = 15 * time.Minute // where something has changed
)

// snapshot is where and for what the search index is kept.
type snapshot struct {
	path string
	key  string
	from int    // how many listings are worth it
	at   uint64 // the change of the directory that the file stands at
}

// newSnapshot names the snapshot of a node: what another program made, or for
// another vocabulary, is not read.
func newSnapshot(folder string, v directory.Vocabulary) (*snapshot, error) {
	words, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("name the search snapshot: %w", err)
	}
	sum := sha256.New()
	fmt.Fprintln(sum, Version)
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintln(sum, info)
	}
	if path, err := os.Executable(); err == nil {
		if program, err := os.Stat(path); err == nil {
			fmt.Fprintln(sum, program.Size(), program.ModTime().UnixNano())
		}
	}
	sum.Write(words)
	return &snapshot{path: filepath.Join(folder, snapshotName), key: hex.EncodeToString(sum.Sum(nil)), from: snapshotFrom}, nil
}

// resume takes the index up from its snapshot, if there is one that fits, and
// brings it up to the store, as far as hosters' own words go; what others say
// of them follows when catchUp reads the same changes again.
func (f *feeder) resume(ctx context.Context) error {
	if f.snapshot == nil || f.after != 0 {
		return nil
	}
	file, err := os.ReadFile(f.snapshot.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the search snapshot: %w", err)
	}
	begin := time.Now()
	after, err := f.index.Load(file, f.snapshot.key)
	if err != nil {
		return err
	}
	newest, err := f.feed.ListingChanges(ctx, after-min(after, 1), 1)
	if err == nil && len(newest) == 0 {
		err = fmt.Errorf("ahead of the store: %w", search.ErrSnapshot)
	}
	if err != nil {
		f.index.Clear()
		return err
	}
	f.snapshot.at = after
	if err := f.follow(ctx, after, func(c directory.ListingChange) {
		if c.Listing == nil {
			f.index.Remove(c.ID)
		} else {
			f.index.Put(*c.Listing)
		}
	}); err != nil {
		return err
	}
	f.ready.Store(true)
	f.log.InfoContext(ctx, "search index taken up", slog.Int("listings", f.index.Len()), slog.Duration("took", time.Since(begin)))
	if err := f.gather(ctx); err != nil {
		return err
	}
	f.after = after
	return nil
}

// gather reads what every listed hoster says of others, before anything that
// stands on it.
func (f *feeder) gather(ctx context.Context) error {
	if f.bonds == nil || f.lists == nil {
		return nil
	}
	for after := directory.ID(""); ; {
		page, err := f.listed.Listings(ctx, after, feedBatch)
		if err != nil {
			return fmt.Errorf("read what hosters say of one another: %w", err)
		}
		for _, l := range page {
			after = l.Hoster.ID
			f.bonds.put(l.Hoster)
		}
		if len(page) < feedBatch {
			return nil
		}
	}
}

// follow gives each change after one to do, and returns at the newest.
func (f *feeder) follow(ctx context.Context, after uint64, do func(directory.ListingChange)) error {
	for {
		changes, err := f.feed.ListingChanges(ctx, after, feedBatch)
		if err != nil {
			return fmt.Errorf("read the changed listings: %w", err)
		}
		for _, c := range changes {
			do(c)
			after = c.Sequence
		}
		if len(changes) < feedBatch {
			return nil
		}
	}
}

// keep saves the index where it has changed since it was last kept.
func (f *feeder) keep(ctx context.Context) {
	s := f.snapshot
	if s == nil || !f.ready.Load() || f.after == s.at || f.index.Len() < s.from {
		return
	}
	if err := s.write(f.index, f.after); err != nil {
		f.log.WarnContext(ctx, "search index not kept; the next start reads every listing", slog.String("reason", err.Error()))
		return
	}
	s.at = f.after
}

// write replaces the file as a whole.
func (s *snapshot) write(x *search.Index, after uint64) (err error) {
	file, err := os.CreateTemp(filepath.Dir(s.path), snapshotName+".*")
	if err != nil {
		return fmt.Errorf("keep the search index: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("keep the search index: %w", err), os.Remove(file.Name()))
		}
	}()
	if err := x.Save(file, s.key, after); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := file.Sync(); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), s.path)
}
