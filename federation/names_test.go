package federation_test

import (
	"context"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// names is a resolver of this process's own, on loopback: each name has
// addresses that it answers with in turn.
type names struct {
	mu    sync.Mutex
	known map[string][]netip.Addr
}

var (
	resolver names
	unheard  error // why it does not answer
)

// TestMain puts the resolver in its place before any node could ask one.
func TestMain(m *testing.M) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if unheard = err; err == nil {
		resolver.known = map[string][]netip.Addr{}
		go resolver.serve(conn)
		net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
		}}
	}
	os.Exit(m.Run())
}

// newNames makes the names ending in .example those of the test. There is one
// for the whole process, whose tests use names of their own.
func newNames(a *attack) *names {
	a.Helper()
	if unheard != nil {
		a.Fatal(unheard)
	}
	return &resolver
}

// set gives a name its addresses; the last one stays.
func (n *names) set(name string, addresses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known[name] = nil
	for _, one := range addresses {
		n.known[name] = append(n.known[name], netip.MustParseAddr(one))
	}
}

func (n *names) serve(conn net.PacketConn) {
	raw := make([]byte, 1500)
	for {
		size, from, err := conn.ReadFrom(raw)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(raw[:size]) != nil || len(m.Questions) != 1 {
			continue
		}
		n.answer(&m)
		if packed, err := m.Pack(); err == nil {
			_, _ = conn.WriteTo(packed, from)
		}
	}
}

// answer turns a question into its answer.
func (n *names) answer(m *dnsmessage.Message) {
	q := m.Questions[0]
	m.Header = dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true, RecursionAvailable: true}
	m.Additionals = nil
	n.mu.Lock()
	defer n.mu.Unlock()
	all, found := n.known[q.Name.String()]
	if !found {
		m.RCode = dnsmessage.RCodeNameError
		return
	}
	h := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
	switch first := all[0]; {
	case q.Type == dnsmessage.TypeA && first.Is4():
		m.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.AResource{A: first.As4()}}}
	case q.Type == dnsmessage.TypeAAAA && first.Is6():
		m.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.AAAAResource{AAAA: first.As16()}}}
	default:
		return
	}
	if len(all) > 1 {
		n.known[q.Name.String()] = all[1:]
	}
}
