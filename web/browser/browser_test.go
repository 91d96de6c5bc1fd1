package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"matou/federation/federationtest"
)

// hosters is how many nodes besides the directory matou demo starts.
const hosters = 6

// demo is the nodes of matou demo on free ports of the loopback address.
type demo struct {
	program, dir string
	port         int
}

// TestSite looks at the pages of a directory and of its hosters as visitors
// do, first with all nodes at work and then with the hosters' nodes down.
func TestSite(t *testing.T) {
	if testing.Short() {
		t.Skip("starts nodes and browsers")
	}
	chromium := needBrowser(t)
	d := newDemo(t)
	stop := d.start(t, "demo ready", "demo", "--data", d.dir, "--port", fmt.Sprint(d.port))
	t.Run("pages", func(t *testing.T) {
		script(t, chromium, "crawl.mjs", d.origin(0), d.origin(1), d.origin(hosters))
	})
	t.Run("journeys", func(t *testing.T) {
		script(t, chromium, "journeys.mjs", "up", d.origin(0))
	})
	t.Run("pictures", func(t *testing.T) {
		script(t, chromium, "pictures.mjs", d.origin(0), d.origin(1), filepath.Join("..", "..", "screenshots"))
	})
	t.Run("text browser", func(t *testing.T) { textBrowser(t, d.origin(0)) })
	stop()
	stop = d.start(t, "ready", "--config", filepath.Join(d.dir, "annuaire", "matou.toml"), "serve")
	t.Run("hosters down", func(t *testing.T) {
		script(t, chromium, "journeys.mjs", "down", d.origin(0))
	})
	stop()
}

func newDemo(t *testing.T) *demo {
	t.Helper()
	port, release, err := federationtest.FreePorts(hosters + 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	d := &demo{program: filepath.Join(t.TempDir(), "matou"), dir: t.TempDir(), port: port}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", d.program, "matou/cmd/matou").CombinedOutput(); err != nil {
		t.Fatalf("build matou: %v\n%s", err, out)
	}
	return d
}

// origin is the address of the i-th node; 0 is the directory.
func (d *demo) origin(i int) string { return fmt.Sprintf("http://127.0.0.1:%d", d.port+i) }

// start runs matou until the returned func is called or the test ends, and
// waits until a line of its output has the word that says it is ready.
func (d *demo) start(t *testing.T, ready string, line ...string) func() {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background()) // outlives t.Context in cleanup
	cmd := exec.CommandContext(ctx, d.program, line...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	read, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	started := make(chan bool, 1)
	var said strings.Builder
	go func() {
		lines := bufio.NewScanner(read)
		for lines.Scan() {
			if said.Len() < 1<<16 {
				said.WriteString(lines.Text() + "\n")
			}
			if strings.Contains(lines.Text(), ready) {
				select {
				case started <- true:
				default:
				}
			}
		}
		close(started)
	}()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		_ = cmd.Wait() // it was told to stop
		write.Close()
	}
	t.Cleanup(stop)
	select {
	case ok := <-started:
		if !ok {
			t.Fatalf("matou %s ended before it was ready:\n%s", line[0], said.String())
		}
	case <-time.After(2 * time.Minute):
		stop()
		t.Fatalf("matou %s is not ready after two minutes", line[0])
	}
	return stop
}

// script runs one of the scripts here. Each line of JSON that it prints is a
// subtest: its name, and what was wrong.
func script(t *testing.T, chromium, file string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", append([]string{file}, args...)...)
	cmd.Env = append(os.Environ(), "CHROMIUM="+chromium)
	out, err := cmd.Output()
	for line := range strings.Lines(string(out)) {
		var r struct {
			Name   string
			Faults []string
		}
		if json.Unmarshal([]byte(line), &r) != nil {
			t.Log(strings.TrimSpace(line))
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			for i, f := range r.Faults {
				if i == 20 {
					t.Errorf("and %d more", len(r.Faults)-i)
					break
				}
				t.Error(f)
			}
		})
	}
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%s: %v\n%s", file, err, exit.Stderr)
		}
		t.Fatalf("%s: %v", file, err)
	}
}

// needBrowser finds Chromium. It skips where it, Node or the npm packages are
// missing, which is a failure where nothing may be left out.
func needBrowser(t *testing.T) string {
	t.Helper()
	_, nodeErr := exec.LookPath("node")
	_, npmErr := os.Stat(filepath.Join("node_modules", "playwright-core"))
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && nodeErr == nil && npmErr == nil {
			return path
		}
	}
	leaveOut(t, "needs Chromium, Node 20 and the npm packages of web/browser: run make test, or npm ci there")
	return ""
}

func leaveOut(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}
