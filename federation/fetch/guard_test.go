package fetch

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A client of production over TLS, whose resolver is a map.
func TestNamesThatLeadInside(t *testing.T) {
	inside := httptest.NewTLSServer(answer("text/plain", "secret"))
	t.Cleanup(inside.Close)
	address := strings.TrimPrefix(inside.URL, "https://")
	hosts := map[string]string{"rebound.example:443": address}
	for i, ip := range []string{
		"10.0.0.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "255.255.255.255",
		"100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
		"[::]", "[::1]", "[fe80::1]", "[fc00::1]", "[fd00::1]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.3]",
		"[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001::1]", "[2001:db8::1]", "[100::1]",
	} {
		hosts[fmt.Sprintf("n%d.example:443", i)] = ip + ":443"
	}
	c := New(Options{Timeout: 2 * time.Second})
	c.transport = newTransport(c.options, hosts)
	c.transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	t.Cleanup(c.Close)
	for host, ip := range hosts {
		name := strings.TrimSuffix(host, ":443")
		got, err := c.Get(t.Context(), "https://"+name+"/", "text/plain", 100)
		if !errors.Is(err, ErrPrivate) {
			t.Errorf("%s at %s: got %q, error %v, want %v", name, ip, got.Body, err, ErrPrivate)
		}
		if _, err := c.Post(t.Context(), "https://"+name+"/", nil, nil, nil); !errors.Is(err, ErrPrivate) {
			t.Errorf("POST to %s at %s: error %v, want %v", name, ip, err, ErrPrivate)
		}
	}
}

// In development loopback may be dialled, and nothing else that is private.
func TestDevelopmentOpensLoopbackOnly(t *testing.T) {
	c := New(Options{Development: true, Timeout: 2 * time.Second})
	t.Cleanup(c.Close)
	for _, ip := range []string{"10.0.0.3", "192.168.1.1", "169.254.169.254", "0.0.0.0", "[fe80::1]", "[fd00::1]", "[::]"} {
		if _, err := c.Get(t.Context(), "http://"+ip+":8080/", "text/plain", 5); !errors.Is(err, ErrPrivate) {
			t.Errorf("%s: error %v, want %v", ip, err, ErrPrivate)
		}
	}
}

// A certificate that nobody vouches for is refused, in development too.
func TestCertificatesAreChecked(t *testing.T) {
	server := httptest.NewTLSServer(answer("text/plain", "hello"))
	t.Cleanup(server.Close)
	c := New(Options{Development: true})
	t.Cleanup(c.Close)
	var unknown x509.UnknownAuthorityError
	if _, err := c.Get(t.Context(), server.URL, "text/plain", 5); !errors.As(err, &unknown) {
		t.Errorf("error is %v, want an unknown authority", err)
	}
	c.transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	c.transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	if _, err := c.Get(t.Context(), server.URL, "text/plain", 5); err != nil {
		t.Errorf("with its authority: %v", err)
	}
}

func TestRedirectAwayFromHTTPS(t *testing.T) {
	plain := peer(t, map[string]http.HandlerFunc{"/": answer("text/plain", "hello")})
	server := httptest.NewTLSServer(redirectTo(plain))
	t.Cleanup(server.Close)
	c := New(Options{Development: true})
	t.Cleanup(c.Close)
	c.transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	c.transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	if _, err := c.Get(t.Context(), server.URL, "text/plain", 5); !errors.Is(err, ErrRedirect) {
		t.Errorf("error is %v, want %v", err, ErrRedirect)
	}
}

func TestProxiesAreNotUsed(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	c := New(Options{})
	if c.transport.Proxy != nil {
		r := &http.Request{URL: &url.URL{Scheme: "https", Host: "peer.example"}}
		proxy, _ := c.transport.Proxy(r)
		t.Errorf("requests would go through %v", proxy)
	}
}
