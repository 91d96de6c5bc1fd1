package federation

import (
	"fmt"
	"testing"
	"time"
)

// TestBudgets: subdomains are free to make, so they share what their domain
// may cause; other domains have their own.
func TestBudgets(t *testing.T) {
	var k keyring
	if err := k.init(); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	taken := 0
	for i := range writeBurst + 500 {
		if k.budget(fmt.Sprintf("a%d.farm.example", i)).writes.AllowN(now, 1) {
			taken++
		}
	}
	if taken != writeBurst {
		t.Errorf("%d Follows of one domain were taken, want %d", taken, writeBurst)
	}
	if !k.budget("neighbour.example").writes.AllowN(now, 1) {
		t.Error("another domain is held back with it")
	}
	if !k.budget("farm.example").writes.AllowN(now.Add(time.Minute), 1) {
		t.Error("a minute later it is still held back")
	}
	if k.budget("192.0.2.1") == k.budget("198.51.2.1") || k.budget("192.0.2.1:81") == k.budget("192.0.2.1:82") {
		t.Error("addresses that end alike, or ports of one, share a budget")
	}
	for i := range budgetBurst + 5 {
		leave, ok := k.begin(fmt.Sprintf("b%d.farm.example:8443", i), now)
		if ok != (i < budgetBurst) {
			t.Fatalf("fetch %d: %v", i, ok)
		}
		if ok {
			leave()
		}
	}
	var open []func()
	for i := range openFetches + 5 {
		leave, ok := k.begin(fmt.Sprintf("c%d.example", i), now)
		if ok != (i < openFetches) {
			t.Fatalf("open fetch %d: %v", i, ok)
		}
		if ok {
			open = append(open, leave)
		}
	}
	for _, leave := range open {
		leave()
	}
	if leave, ok := k.begin("d.example", now); !ok {
		t.Error("no fetch after all of them are over")
	} else {
		leave()
	}
}
