package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFullDisk fills the disk of a node: a command says in one sentence that
// there is no room, nothing that was kept is lost, and with room again the same
// command does its work.
func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: a small file system is mounted")
	}
	node := newProcess(t, roleHoster)
	disk := filepath.Join(node.dir, "data")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=320m", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("needs the right to mount a small file system: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", disk).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	node.publishHoster()
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 200<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	line := []string{"--config", filepath.Join(node.dir, "matou.toml"), "notice", "publish", "announcement", "Une nouvelle", "--language", "fr", "--body", "Bonjour."}
	out, err := exec.Command("matou", line...).CombinedOutput()
	if err == nil {
		t.Fatalf("a notice was published on a full disk: %s", out)
	}
	said := strings.TrimSpace(string(out))
	if !strings.HasPrefix(said, "matou: ") || strings.Count(said, "\n") > 0 || !strings.Contains(said, "the disk is full: make room") {
		t.Errorf("the command said %q, want one sentence that asks for room", said)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if shown := node.run("hoster", "show"); !strings.Contains(shown, "Chat Droite") {
		t.Errorf("the profile is lost: %s", shown)
	}
	node.run(line[2:]...)
	if listed := node.run("notice", "list"); strings.Count(listed, "Une nouvelle") != 1 {
		t.Errorf("the notices are %s, want one", listed)
	}
}
