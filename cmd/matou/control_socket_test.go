package main

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestControlSocket: only its owner reaches it, also in a folder that is open
// to others and in one whose path is too long for a socket.
func TestControlSocket(t *testing.T) {
	for _, name := range []string{"data", strings.Repeat("long", 30)} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		l, remove, err := listenControl(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- http.Serve(l, http.NotFoundHandler()) }() //nolint:gosec // a test's own
		info, err := os.Stat(socketPath(dir))
		if err != nil || info.Mode() != fs.ModeSocket|0o600 {
			t.Errorf("%.8s: socket is %v, %v", name, info.Mode(), err)
		}
		client, ok := dialControl(t.Context(), dir)
		if !ok {
			t.Fatalf("%.8s: nobody answers", name)
		}
		resp, err := client.Get("http://control/state")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close() // that it came is enough
		client.CloseIdleConnections()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		<-served
		remove()
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%.8s: left behind: %v %v", name, left, err)
		}
	}
}
