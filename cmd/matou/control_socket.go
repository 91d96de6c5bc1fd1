package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The control socket lies in the data folder. The address of a unix socket has
// room for about a hundred bytes; where the folder's path is longer, the socket
// is put into a folder of its own for temporary files, and a file in the data
// folder tells where.
const (
	socketName     = "control.sock"
	pointerName    = "control.path"
	maxSocketBytes = 100
)

// listenControl opens the control socket of a data folder whose store this
// process holds, so that a socket found there is a left-over. The returned
// function takes it away again.
func listenControl(ctx context.Context, dir string) (net.Listener, func(), error) {
	path := filepath.Join(dir, socketName)
	pointer := filepath.Join(dir, pointerName)
	if old := socketPath(dir); old != path {
		_ = os.RemoveAll(filepath.Dir(old)) // left by a node that was killed
	}
	for _, left := range []string{path, pointer} {
		if err := os.Remove(left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("remove the old control socket: %w", err)
		}
	}
	remove := func() { _ = os.Remove(path) }
	if len(path) > maxSocketBytes {
		short, err := os.MkdirTemp("", "matou-")
		if err != nil {
			return nil, nil, fmt.Errorf("make a folder for the control socket: %w", err)
		}
		path = filepath.Join(short, socketName)
		if err := os.WriteFile(pointer, []byte(path), 0o600); err != nil {
			return nil, nil, fmt.Errorf("write where the control socket is: %w", err)
		}
		remove = func() { _, _ = os.RemoveAll(short), os.Remove(pointer) }
	}
	l, err := listenPrivately(ctx, path)
	if err != nil {
		remove()
		return nil, nil, fmt.Errorf("open the control socket: %w", err)
	}
	return l, remove, nil
}

// listenPrivately opens a socket that only its owner can reach, from its first
// moment on: it is made in a folder that is closed to others, which the data
// folder need not be, and moved out once its own mode is set.
func listenPrivately(ctx context.Context, path string) (net.Listener, error) {
	closed, err := os.MkdirTemp(filepath.Dir(path), ".c")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(closed) }() // it is empty by then
	made := filepath.Join(closed, "s")
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", made)
	if err != nil {
		return nil, err
	}
	if err = os.Chmod(made, 0o600); err == nil {
		err = os.Rename(made, path)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// socketPath is where the control socket of a data folder is, or would be. A
// pointer is followed only to the form that listenControl gives it.
func socketPath(dir string) string {
	path := filepath.Join(dir, socketName)
	raw, err := os.ReadFile(filepath.Join(dir, pointerName))
	if err != nil {
		return path
	}
	there := string(raw)
	if filepath.Base(there) == socketName && strings.HasPrefix(filepath.Base(filepath.Dir(there)), "matou-") && filepath.IsAbs(there) {
		return there
	}
	return path
}

// dialControl gives a client of the node that runs on a data folder, or false
// where none does.
func dialControl(ctx context.Context, dir string) (*http.Client, bool) {
	path := socketPath(dir)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		d := net.Dialer{Timeout: 5 * time.Second}
		return d.DialContext(ctx, "unix", path)
	}
	c, err := dial(ctx, "", "")
	if err != nil {
		return nil, false
	}
	_ = c.Close()
	return &http.Client{Transport: &http.Transport{DialContext: dial}}, true
}

// encode gives the JSON of a request.
func encode(in any) (io.Reader, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	return bytes.NewReader(raw), nil
}
