package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// fleet is the nodes of a demo: child processes that end when it does, because
// each reads its standard input, which closes with this process however it
// ends.
type fleet struct {
	dir   string
	t     *terminal
	nodes map[string]*child
	died  chan string // names of nodes that ended by themselves
}

type child struct {
	process *exec.Cmd
	stdin   io.Closer
	ready   chan struct{} // closed once it says that it is ready
	ended   chan struct{} // closed once it has ended
}

// fleetStop is how long the nodes may take to stop by themselves.
const fleetStop = 15 * time.Second

func newFleet(dir string, t *terminal) *fleet {
	return &fleet{dir: dir, t: t, nodes: map[string]*child{}, died: make(chan string, 16)}
}

func (f *fleet) configFile(name string) string { return filepath.Join(f.dir, name, "matou.toml") }
func (f *fleet) logFile(name string) string    { return filepath.Join(f.dir, name, "node.log") }

func (f *fleet) exists(name, file string) bool {
	_, err := os.Lstat(filepath.Join(f.dir, name, file))
	return err == nil
}

// note remembers that a node has told what it has to tell.
func (f *fleet) note(name string) error {
	if err := os.WriteFile(filepath.Join(f.dir, name, "told"), nil, 0o600); err != nil {
		return fmt.Errorf("note what was told: %w", err)
	}
	return nil
}

// environ is this process's environment without what would configure all the
// nodes alike.
func environ() []string {
	var kept []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "MATOU_") {
			kept = append(kept, pair)
		}
	}
	return kept
}

// command runs one command line for a node, as a person would type it; what it
// prints is shown only where it fails. An init of what exists already is done.
func (f *fleet) command(ctx context.Context, name string, line ...string) error {
	if line[0] == "init" {
		if f.exists(name, "matou.toml") {
			return nil
		}
		line[1] = filepath.Join(f.dir, name)
	}
	var out, errOut bytes.Buffer
	quiet := &terminal{in: strings.NewReader(""), out: &out, errOut: &errOut, environ: environ()}
	code := run(ctx, append([]string{"--config", f.configFile(name)}, line...), quiet)
	if code == exitDone {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return fault(code, nil, "%s: %s", name, strings.TrimPrefix(strings.TrimSpace(errOut.String()), "matou: "))
}

// spawn starts a node.
func (f *fleet) spawn(name string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	log, err := os.OpenFile(f.logFile(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fault(exitStorage, err, "the log %s cannot be written: %v", f.logFile(name), unwrapPath(err))
	}
	defer log.Close()
	// The node's life is tied to its standard input, not to a context: it is
	// told to stop and given time before it is killed.
	c := &child{
		process: exec.Command(self, "--config", f.configFile(name), "serve", "--until-stdin-closes"), //nolint:noctx // see above
		ready:   make(chan struct{}), ended: make(chan struct{}),
	}
	c.process.Env, c.process.Stderr = environ(), log
	stdin, err := c.process.StdinPipe()
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	stdout, err := c.process.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	c.stdin = stdin
	if err := c.process.Start(); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	f.nodes[name] = c
	go f.watch(name, c, stdout)
	return nil
}

// watch reads what a node prints, and notes when it ends.
func (f *fleet) watch(name string, c *child, stdout io.Reader) {
	lines := bufio.NewScanner(stdout)
	said := false
	for lines.Scan() {
		if !said && strings.Contains(lines.Text(), "ready at") {
			said = true
			close(c.ready)
		}
	}
	_ = c.process.Wait() // how it ended is in its log
	close(c.ended)
	f.died <- name
}

// awaitReady waits until a node answers.
func (f *fleet) awaitReady(ctx context.Context, name string) error {
	select {
	case <-f.nodes[name].ready:
		return nil
	case <-f.nodes[name].ended:
		return f.fault(name)
	case <-ctx.Done():
		return fault(exitUnexpected, ctx.Err(), "%s is not ready: look at %s", name, f.logFile(name))
	}
}

// fault says why a node ended by itself: the last line of its log.
func (f *fleet) fault(name string) error {
	raw, err := os.ReadFile(f.logFile(name))
	if err != nil {
		return fault(exitUnexpected, err, "%s stopped by itself", name)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return fault(exitUnexpected, nil, "%s stopped by itself: %s", name, strings.TrimPrefix(printable(lines[len(lines)-1]), "matou: "))
}

// stop ends every node, and waits until they have.
func (f *fleet) stop() error {
	var errs []error
	for _, c := range f.nodes {
		if err := c.stdin.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			errs = append(errs, fmt.Errorf("stop a node: %w", err))
		}
	}
	late := time.After(fleetStop)
	for name, c := range f.nodes {
		select {
		case <-c.ended:
		case <-late:
			errs = append(errs, fault(exitUnexpected, c.process.Process.Kill(), "%s did not stop within %s and was killed", name, fleetStop))
			late = time.After(time.Second)
		}
	}
	return errors.Join(errs...)
}
