package federationtest

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports for programs that are told which one to listen on lie below those that
// Linux, the BSDs and Windows give to whoever asks for any: what a connection
// or another test gets by itself never takes them.
const (
	firstPort = 20000
	lastPort  = 32000
)

// FreePorts gives the first of n TCP ports in a row on which nothing listens on
// loopback. No other caller, in this process or another, is given them before
// release is called: each is marked by a UDP socket of the same number, so
// that a program may listen, end and listen again meanwhile.
func FreePorts(n int) (first int, release func(), err error) {
	for range 100 {
		first := firstPort + rand.IntN(lastPort-firstPort-n)
		var marks []net.PacketConn
		free := true
		for port := first; free && port < first+n; port++ {
			mark, ok := claim(port)
			if free = ok; ok {
				marks = append(marks, mark)
			}
		}
		release := func() {
			for _, m := range marks {
				_ = m.Close() // it is only a mark
			}
		}
		if free {
			return first, release, nil
		}
		release()
	}
	return 0, nil, errors.New("no free ports in a row on loopback")
}

// claim marks a port, or reports that somebody has it.
func claim(port int) (net.PacketConn, bool) {
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	mark, err := net.ListenPacket("udp", address)
	if err != nil {
		return nil, false
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		_ = mark.Close() // it is only a mark
		return nil, false
	}
	return mark, l.Close() == nil
}
