package badger

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"matou/directory"
	"matou/federation/ap"
)

// childDir names the directory in which a copy of this test binary writes
// until it is killed.
const childDir = "MATOU_TEST_STORE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, writeUntilKilled(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// piece is the Change number n of a writer: it touches every kind of record, and
// every tenth is spread from packs.
func piece(writer, n int) ap.Change {
	at := time.Date(2026, 1, 1, 0, 0, n, 0, time.UTC)
	base := fmt.Sprintf("https://w%d.example/%d", writer, n)
	ulid := fmt.Sprintf("01J%020d%03d", n, writer)
	us := ap.IRI(fmt.Sprintf("https://w%d.example/actor", writer))
	c := ap.Change{
		Activity:  &ap.Activity{ID: ap.IRI(base), Type: "Create", Actor: us, ReceivedAt: at},
		Documents: []ap.Document{{IRI: ap.IRI(base + "/left"), Body: make([]byte, 3000)}, {IRI: ap.IRI(base + "/right")}},
		Follows:   []ap.Follow{{Actor: ap.IRI(base), Object: us, State: ap.FollowAccepted, Inbox: ap.IRI(base + "/inbox")}},
		Outbox:    []ap.OutboxItem{{Actor: us, Key: ulid, Activity: ap.IRI(base + "/left")}},
		Listings:  []directory.Listing{{Hoster: directory.Hoster{ID: directory.ID(us), Name: fmt.Sprint(n)}}},
	}
	inboxes := 2
	if n%10 == 0 {
		inboxes = packAbove + 100
	}
	for i := range inboxes {
		c.Deliveries = append(c.Deliveries, ap.Delivery{
			Key: ulid, Activity: ap.IRI(base + "/left"), Signer: us, CreatedAt: at,
			Inbox: ap.IRI(fmt.Sprintf("https://p%d.example/inbox", i)),
		})
	}
	return c
}

// writeUntilKilled applies pieces, and prints each once Apply has returned.
func writeUntilKilled(dir string) error {
	s, err := Open(Options{Dir: dir})
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range 4 {
		go func() {
			for n := 1; ; n++ {
				if applied, err := s.Apply(context.Background(), piece(w, n)); err != nil || !applied {
					failed <- fmt.Errorf("apply %d %d: %t, %w", w, n, applied, err)
					return
				}
				// One write: lines of several writers do not mix.
				os.Stdout.WriteString(fmt.Sprintf("%d %d\n", w, n))
			}
		}()
	}
	return <-failed
}

// killed runs a writer on dir, kills it after some acknowledged Changes, and
// gives the last one of each writer.
func killed(t *testing.T, dir string, after int) map[int]int {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), childDir+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[int]int{}
	lines := bufio.NewScanner(out)
	for i := 0; lines.Scan(); i++ {
		var w, n int
		if _, err := fmt.Sscanf(lines.Text(), "%d %d", &w, &n); err != nil {
			break // the line that was cut
		}
		acknowledged[w] = n
		if i == after {
			if err := child.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the writer ended by itself: %v", err)
	}
	return acknowledged
}

func TestKill(t *testing.T) {
	for _, after := range []int{1, 40, 150} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			dir := t.TempDir()
			acknowledged := killed(t, dir, after)
			s, err := Open(Options{Dir: dir})
			if err != nil {
				t.Fatalf("Open: %v", err)
			}
			defer s.Close()
			report, err := s.Check(t.Context())
			if err != nil || len(report.Problems) > 0 {
				t.Errorf("Check: %v, %v", report.Problems, err)
			}
			if n := report.Counts["packs"]; n != 0 {
				t.Errorf("%d packs were not spread", n)
			}
			for w := range 4 {
				for n := 1; n <= acknowledged[w]+3; n++ {
					whole(t, s, w, n, n <= acknowledged[w])
				}
			}
		})
	}
}

// whole checks that a piece is there with all its parts, or with none; none is
// wrong where it was acknowledged.
func whole(t *testing.T, s *Store, w, n int, acknowledged bool) {
	t.Helper()
	c := piece(w, n)
	var there, missing []string
	note := func(part string, err error) {
		if err == nil {
			there = append(there, part)
		} else {
			missing = append(missing, part)
		}
	}
	for _, d := range c.Documents {
		_, err := s.Document(t.Context(), d.IRI)
		note("document", err)
	}
	_, err := s.Follow(t.Context(), c.Follows[0].Actor, c.Follows[0].Object)
	note("follow", err)
	for _, d := range c.Deliveries {
		err := s.view(t.Context(), func(t *tx) error {
			_, err := must(t, deliveryKey(d.Inbox, d.Key), func(ap.Delivery) bool { return true })
			return err
		})
		note("delivery", err)
	}
	applied, err := s.Apply(t.Context(), ap.Change{Activity: c.Activity})
	if err == nil && applied {
		err = directory.ErrNotFound
	}
	note("activity", err)
	if len(there) > 0 && len(missing) > 0 {
		t.Errorf("piece %d of writer %d is there in part: missing %s", n, w, strings.Join(missing, ", "))
	}
	if acknowledged && len(missing) > 0 {
		t.Errorf("piece %d of writer %d was acknowledged and is lost", n, w)
	}
}
