package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"matou/federation/federationtest"
)

// process is a node that runs as its keeper would run it: the program itself,
// in a process of its own.
type process struct {
	t    testing.TB
	dir  string
	url  string
	host string
	cmd  *exec.Cmd

	environ []string // what start adds to the environment
}

// newProcess writes the configuration of a node on a free port; start runs it.
func newProcess(t testing.TB, roles ...string) *process {
	t.Helper()
	port, release, err := federationtest.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	host := fmt.Sprintf("127.0.0.1:%d", port)
	p := &process{t: t, dir: t.TempDir(), url: "http://" + host, host: host}
	config := fmt.Sprintf("origin = %q\nlisten = %q\nroles = [\"%s\"]\ndevelopment = true\n[log]\nlevel = \"warn\"\n",
		p.url, host, strings.Join(roles, `", "`))
	for _, r := range roles {
		switch r {
		case roleHoster:
			config += "[hoster]\nhandle = \"chatdroite\"\n"
		case roleAggregator:
			config += "[aggregator]\nhandle = \"annuaire\"\nname = \"Annuaire d'essai\"\n"
		}
	}
	p.write("matou.toml", config)
	return p
}

func (p *process) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// start runs matou serve and waits until it is ready.
func (p *process) start() {
	p.t.Helper()
	p.cmd = exec.Command("matou", "--config", filepath.Join(p.dir, "matou.toml"), "serve")
	p.cmd.Env = append(os.Environ(), p.environ...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	var complaints bytes.Buffer
	p.cmd.Stderr = &complaints
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(p.kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "matou: ready") {
			go func() {
				for lines.Scan() { // the pipe must not fill
				}
			}()
			return
		}
	}
	p.t.Fatalf("the node did not become ready:\n%s", complaints.String())
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed: that is no error
	p.cmd = nil
}

// run types a command line and gives what it prints.
func (p *process) run(line ...string) string {
	p.t.Helper()
	out, err := exec.Command("matou", append([]string{"--config", filepath.Join(p.dir, "matou.toml")}, line...)...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("matou %s: %v\n%s", strings.Join(line, " "), err, out)
	}
	return string(out)
}

// publishHoster gives the node's hoster a small profile.
func (p *process) publishHoster() {
	p.t.Helper()
	p.write("profile.toml", "name = \"Chat Droite\"\ndiscoverable = true\nindexable = true\nlanguage = \"fr\"\nsummary = \"Un hébergeur inventé.\"\n")
	p.run("hoster", "publish")
}

// within waits for what happens by itself.
func within(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen within %s", what, limit)
		}
	}
}
