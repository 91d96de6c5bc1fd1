package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"matou/federation/federationtest"
)

// The size of the fan-out that is cut off.
const (
	crashHosts     = 50
	crashFollowers = 1000
	crashNotices   = 6
	crashMiddle    = 120 // deliveries that arrive before the power fails
	crashInFlight  = 32  // tries that may be under way at once: these may come twice
)

// slowHosts are peers that count what arrives. In the middle of it all they
// stop answering, so that the node is cut off while it waits for them.
type slowHosts struct {
	open  chan struct{} // closed once they answer again
	mu    sync.Mutex
	came  []map[string]int // by host: activity id -> times
	total int
}

func (s *slowHosts) inbox(host int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var activity struct{ ID, Type string }
		if err := json.NewDecoder(r.Body).Decode(&activity); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if activity.Type == "Create" {
			s.mu.Lock()
			s.came[host][activity.ID]++
			s.total++
			hold := s.total > crashMiddle
			s.mu.Unlock()
			if hold {
				<-s.open
			}
		}
		w.WriteHeader(http.StatusAccepted)
	}
}

func (s *slowHosts) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

// whole reports whether every host has that many different activities.
func (s *slowHosts) whole(activities int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, came := range s.came {
		if len(came) < activities {
			return false
		}
	}
	return true
}

// TestKillInTheMiddleOfAFanOut cuts a node off while it tells a thousand
// followers on fifty hosts, and starts it again: nothing is missing, and what
// comes twice comes under the same id, so that it takes effect once.
func TestKillInTheMiddleOfAFanOut(t *testing.T) {
	node := newProcess(t, roleHoster)
	node.publishHoster()
	node.start()
	hosts := &slowHosts{open: make(chan struct{})}
	follow(t, node, hosts)

	for i := range crashNotices {
		node.run("notice", "publish", "announcement", fmt.Sprintf("Nouvelle %d", i), "--body", "Bonjour.")
	}
	within(t, 2*time.Minute, "the middle of the fan-out", func() bool { return hosts.count() > crashMiddle })
	node.kill()
	before := hosts.count()
	close(hosts.open)
	node.start()
	within(t, 2*time.Minute, "the rest of the fan-out", func() bool { return hosts.whole(crashNotices) })

	hosts.mu.Lock()
	defer hosts.mu.Unlock()
	ids := map[string]bool{}
	doubles := 0
	for i, came := range hosts.came {
		for id, times := range came {
			ids[id] = true
			doubles += times - 1
		}
		if len(came) != crashNotices {
			t.Errorf("host %d has %d activities, want %d", i, len(came), crashNotices)
		}
	}
	if len(ids) != crashNotices {
		t.Errorf("%d different ids arrived, want %d: a delivery was made anew under another id", len(ids), crashNotices)
	}
	if doubles > crashInFlight {
		t.Errorf("%d deliveries came twice, want at most the %d that were under way", doubles, crashInFlight)
	}
	t.Logf("killed after %d of %d deliveries; %d came twice", before, crashHosts*crashNotices, doubles)
}

// follow makes a thousand actors on fifty hosts follow the node's hoster.
func follow(t *testing.T, node *process, hosts *slowHosts) {
	t.Helper()
	target := node.url + "/ap/actors/chatdroite"
	var wg sync.WaitGroup
	for i := range crashHosts {
		peer := federationtest.NewPeer(t)
		hosts.came = append(hosts.came, map[string]int{})
		peer.Fault("/inbox", hosts.inbox(i))
		key := federationtest.Key(t, i%4)
		wg.Go(func() {
			for j := range crashFollowers / crashHosts {
				a := peer.ActorWithKey(fmt.Sprintf("suiveuse%d", j), key)
				reply := a.Post(t, node.url+"/inbox", a.Follow(target))
				for reply.Status == http.StatusTooManyRequests {
					time.Sleep(200 * time.Millisecond)
					reply = a.Post(t, node.url+"/inbox", a.Follow(target))
				}
				if reply.Status != http.StatusAccepted {
					t.Errorf("follow of %s answered %d %s", a.ID, reply.Status, reply.Reason)
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
}
