package federationtest

import (
	"fmt"
	"net"
	"testing"
)

// TestFreePorts: ports that were given stay theirs while nothing listens on
// them, and are free for the one who has them.
func TestFreePorts(t *testing.T) {
	taken := map[int]bool{}
	for range 20 {
		first, release, err := FreePorts(5)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(release)
		for port := first; port < first+5; port++ {
			if taken[port] {
				t.Errorf("port %d is given twice", port)
			}
			taken[port] = true
		}
		for range 2 { // one that ended can listen again
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", first))
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := claim(first); ok {
				t.Errorf("port %d is free while somebody listens there", first)
			}
			l.Close()
		}
		if _, ok := claim(first); ok {
			t.Errorf("port %d is free before it is released", first)
		}
	}
	first, release, err := FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	release()
	if mark, ok := claim(first); !ok {
		t.Errorf("port %d is not free after its release", first)
	} else {
		mark.Close()
	}
}
