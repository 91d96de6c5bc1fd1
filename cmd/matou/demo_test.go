package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"matou/federation/federationtest"
)

// runningDemo is a matou demo in a process of its own.
type runningDemo struct {
	process *exec.Cmd
	lines   chan string
	errOut  *bytes.Buffer
}

// startDemo starts the test binary under the name by which TestMain takes it
// for matou.
func startDemo(ctx context.Context, t *testing.T, args ...string) *runningDemo {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	matou := filepath.Join(t.TempDir(), "matou")
	if err := copyProgram(matou, self); err != nil {
		t.Fatal(err)
	}
	d := &runningDemo{process: exec.CommandContext(ctx, matou, append([]string{"demo"}, args...)...), lines: make(chan string, 100), errOut: &bytes.Buffer{}}
	d.process.Stderr = d.errOut
	out, err := d.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.process.Process.Kill() })
	go func() {
		defer close(d.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			d.lines <- s.Text()
		}
	}()
	return d
}

// copyProgram links a program under another name, or copies it where the
// temporary folder is on another disk.
func copyProgram(to, from string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, r); err != nil {
		return err
	}
	return w.Close()
}

// await reads what the demo prints until a line.
func (d *runningDemo) await(t *testing.T, want string) {
	t.Helper()
	began := time.Now()
	for line := range d.lines {
		if strings.TrimSpace(line) == want {
			t.Logf("%q after %s", want, time.Since(began).Round(time.Millisecond))
			return
		}
	}
	err := d.process.Wait()
	t.Fatalf("the demo ended before %q: %v: %s", want, err, d.errOut)
}

// interrupt stops the demo as Ctrl-C does, and gives its exit code.
func (d *runningDemo) interrupt(t *testing.T) int {
	t.Helper()
	if err := d.process.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for range d.lines {
	}
	_ = d.process.Wait() // told by the exit code
	if s := d.errOut.String(); s != "" {
		t.Errorf("got %q on the standard error, want nothing", s)
	}
	return d.process.ProcessState.ExitCode()
}

// The folder of a demo that was asked for is gone on from: nothing is told
// twice.
func TestDemoFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("seven nodes, started twice: not with -short")
	}
	port, release, err := federationtest.FreePorts(len(demoHosters) + 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	dir := t.TempDir()
	var notices [2]int
	for i := range notices {
		d := startDemo(ctx, t, "--data", dir, "--port", strconv.Itoa(port))
		d.await(t, "demo ready")
		page, err := (request{accept: "text/html"}).ask(ctx, "http://127.0.0.1:"+strconv.Itoa(port+1)+"/etat")
		if err != nil {
			t.Fatal(err)
		}
		notices[i] = strings.Count(page, "Le courrier n’arrive plus")
		if page, err = (request{accept: "text/html"}).ask(ctx, "http://127.0.0.1:"+strconv.Itoa(port)+"/collectif"); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(page, `<a href="/h/`); got != len(demoHosters)-1 || !strings.Contains(page, "Les Sabots branchés") {
			t.Errorf("the page of the collective leads to %d of the hosters, want all whom it took in and the one that left", got)
		}
		if code := d.interrupt(t); code != exitDone {
			t.Fatalf("exit code: got %d, want 0", code)
		}
	}
	if notices[0] == 0 || notices[1] != notices[0] {
		t.Errorf("the incident stands %d times on the hoster's page, then %d times; want the same, and not none", notices[0], notices[1])
	}
}
