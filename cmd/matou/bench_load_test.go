package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What drives the node speaks as much HTTP as it needs and no more: whatever
// it spends on the cores that it shares with the node, the node would seem to
// cost.

// shot is a whole HTTP/1.1 request, ready to be written.
type shot []byte

// load makes a shot of a request that carries its body.
func load(b *testing.B, r *http.Request) shot {
	var raw bytes.Buffer
	if err := r.Write(&raw); err != nil {
		b.Fatal(err)
	}
	return raw.Bytes()
}

// roundTrip writes a shot and reads the whole answer.
func roundTrip(conn net.Conn, in *bufio.Reader, s shot) (status int, err error) {
	if _, err := conn.Write(s); err != nil {
		return 0, err
	}
	status, length, err := readHead(in)
	if err == nil {
		_, err = in.Discard(length)
	}
	return status, err
}

// readHead reads a request or an answer up to its body: the number in its
// first line, where that is an answer's, and the length of the body.
func readHead(in *bufio.Reader) (status, length int, err error) {
	for n := 0; ; n++ {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch name, value, _ := bytes.Cut(line, []byte(":")); {
		case len(line) == 0:
			return status, length, nil
		case n == 0:
			if fields := strings.Fields(string(line)); len(fields) > 1 {
				status, _ = strconv.Atoi(fields[1])
			}
		case len(name) == len("Content-Length") && bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(strings.TrimSpace(string(value))); err != nil {
				return 0, 0, err
			}
		case len(name) == len("Transfer-Encoding") && bytes.EqualFold(name, []byte("Transfer-Encoding")):
			return 0, 0, fmt.Errorf("a body of unknown length: %s", value)
		}
	}
}

// sink is a peer that takes every POST at once and looks at nothing; whatever
// is asked for by GET is the one document that it has.
type sink struct {
	url      string
	document []byte
	posted   func()
}

// listen serves until the benchmark ends.
func (s *sink) listen(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s.url = "http://" + l.Addr().String()
	b.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			b.Cleanup(func() { _ = conn.Close() })
			go s.serve(conn)
		}
	}()
}

func (s *sink) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		method, err := in.Peek(4)
		if err != nil {
			return
		}
		answer := "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
		post := string(method) == "POST"
		if !post {
			answer = fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nDate: %s\r\nContent-Length: %d\r\n\r\n%s",
				time.Now().UTC().Format(http.TimeFormat), len(s.document), s.document)
		}
		_, length, err := readHead(in)
		if err != nil {
			return
		}
		if _, err := in.Discard(length); err != nil {
			return
		}
		if _, err := io.WriteString(conn, answer); err != nil {
			return
		}
		if post {
			s.posted()
		}
	}
}
