// Package fetch is the one way by which a node talks to others: every
// outgoing request goes through its Client, which refuses addresses that are
// not public, caps bytes, time and redirects, and never follows a link to a
// scheme or host that it was not asked for.
//
// The address that counts is the one that is dialled, after the name was
// resolved: a check before that can be deceived by a name that answers
// differently the second time.
package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"
)

// Bounds of an answer, beside the caller's.
const (
	maxRedirects      = 3
	maxHeaderBytes    = 32 << 10
	maxObjectBytes    = 256 << 10
	maxPostReplyBytes = 16 << 10
	defaultTimeout    = 30 * time.Second
	headerTimeout     = 10 * time.Second
	dialTimeout       = 5 * time.Second
)

// acceptObject asks for an ActivityStreams document (ActivityPub 3.2).
const acceptObject = `application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`

// Options of a Client. The zero value is fit for production.
type Options struct {
	Development  bool                                            // also plain http, loopback addresses, and any port
	UserAgent    string                                          // e.g. "matou/1.0 (+https://hoster.example/)"
	Sign         func(r *http.Request) error                     // signs every GET, each hop anew; may be nil
	Refuse       func(host string) error                         // why a host is not to be asked, before every hop of a GET; may be nil
	Ask          func(ctx context.Context, address string) error // why an address is not to be asked, before every hop of a GET; may be nil
	Ports        []uint16                                        // ports that may be dialled; 443 alone where empty
	Timeout      time.Duration                                   // from the start to the last byte of the last hop; 0 means 30 s
	ConnsPerHost int                                             // connections to one host at once; 0 means 8
}

// Client makes outgoing requests. It is safe for use by many goroutines.
type Client struct {
	options   Options
	transport *http.Transport
	stats     stats
}

// New makes a Client.
func New(o Options) *Client {
	if o.UserAgent == "" {
		o.UserAgent = "matou"
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.ConnsPerHost == 0 {
		o.ConnsPerHost = 8
	}
	if len(o.Ports) == 0 {
		o.Ports = []uint16{443}
	}
	c := &Client{options: o}
	c.transport = newTransport(o, nil)
	return c
}

// Close closes the connections that are idle.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Response is an answer read whole.
type Response struct {
	Status     int
	URL        string            // address that answered, after redirects, without a fragment
	MediaType  string            // lower case, without parameters; "" where absent or malformed
	Params     map[string]string // of the media type
	Header     http.Header
	Body       []byte        // inflated
	RetryAfter time.Duration // 0 where absent; at most 24 h
}

// Get fetches address, asking for the media types of accept, and reads at most
// maxBytes, counted after inflation. It follows at most three redirects, over
// https only (over http too in development), each checked and signed like the
// first address. An answer other than 2xx is a *StatusError beside a Response
// without a body. Other errors are ErrAddress, ErrPrivate, ErrTooLarge,
// ErrRedirect, ErrTimeout, the context's, or the network's.
func (c *Client) Get(ctx context.Context, address, accept string, maxBytes int64) (Response, error) {
	resp, err := c.get(ctx, address, accept, maxBytes, maxRedirects)
	c.count(err)
	return resp, err
}

// get is Get with its own bound of redirects, not counted.
func (c *Client) get(ctx context.Context, address, accept string, maxBytes int64, redirects int) (Response, error) {
	u, err := c.parse(address)
	if err != nil {
		return Response{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	u.Fragment, u.RawFragment = "", ""
	visited := map[string]bool{}
	for range redirects + 1 {
		visited[u.String()] = true
		if c.options.Refuse != nil {
			if err := c.options.Refuse(u.Host); err != nil {
				return Response{}, err
			}
		}
		if c.options.Ask != nil {
			if err := c.options.Ask(ctx, u.String()); err != nil {
				return Response{}, err
			}
		}
		answer, err := c.roundTrip(ctx, http.MethodGet, u, nil, http.Header{"Accept": {accept}}, c.options.Sign)
		if err != nil {
			return Response{}, err
		}
		if !isRedirect(answer.StatusCode) {
			return read(ctx, u, answer, maxBytes)
		}
		answer.Body.Close()
		next, err := c.redirect(u, answer.Header.Get("Location"))
		if err != nil {
			return Response{}, err
		}
		if visited[next.String()] {
			return Response{}, fmt.Errorf("%s: %w: it leads in a circle", u.Host, ErrRedirect)
		}
		u = next
	}
	return Response{}, fmt.Errorf("%s: %w: more than %d in a row", u.Host, ErrRedirect, redirects)
}

// Object fetches the ActivityStreams document whose id is id: at most 256 KiB
// of application/activity+json, or of application/ld+json with the profile of
// ActivityStreams (Activity Streams 2.0 2.1); all else is ErrMediaType, so that
// a file that someone uploaded to a host does not speak for that host. No
// redirect is followed: what another address says of an id is not believed
// (FEP-fe34), and who names an id must not make this node knock elsewhere. The
// caller must see that the id inside is the one that was asked for.
func (c *Client) Object(ctx context.Context, id string) (Response, error) {
	resp, err := c.object(ctx, id)
	c.count(err)
	return resp, err
}

// object is Object, not counted.
func (c *Client) object(ctx context.Context, id string) (Response, error) {
	resp, err := c.get(ctx, id, acceptObject, maxObjectBytes, 0)
	if err != nil {
		return resp, err
	}
	if resp.Status != http.StatusOK {
		return resp, &StatusError{Status: resp.Status, URL: resp.URL}
	}
	if !isActivityStreams(resp.MediaType, resp.Params) {
		return Response{}, fmt.Errorf("%s: %w: it answered with %q, not with an ActivityStreams document", resp.URL, ErrMediaType, resp.MediaType)
	}
	return resp, nil
}

// Post sends body to address with header, signed by sign where that is not
// nil. It follows no redirect. An answer of any status is no error; at most
// 16 KiB of its body are read, the rest is dropped. Errors are those of Get.
func (c *Client) Post(ctx context.Context, address string, body []byte, header http.Header, sign func(*http.Request) error) (Response, error) {
	resp, err := c.post(ctx, address, body, header, sign)
	if err == nil && (resp.Status < 200 || resp.Status > 299) {
		c.count(&StatusError{Status: resp.Status})
	} else {
		c.count(err)
	}
	return resp, err
}

// post is Post, not counted.
func (c *Client) post(ctx context.Context, address string, body []byte, header http.Header, sign func(*http.Request) error) (Response, error) {
	u, err := c.parse(address)
	if err != nil {
		return Response{}, err
	}
	u.Fragment, u.RawFragment = "", ""
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	answer, err := c.roundTrip(ctx, http.MethodPost, u, body, header, sign)
	if err != nil {
		return Response{}, err
	}
	defer answer.Body.Close()
	resp := head(u, answer)
	// The status says what became of the delivery. What follows it is for
	// people, and losing it must not make a delivery look failed.
	resp.Body, _ = io.ReadAll(io.LimitReader(answer.Body, maxPostReplyBytes))
	return resp, nil
}

// roundTrip makes one request and no other: http.Client would follow
// redirects, and add headers of its own to them.
func (c *Client) roundTrip(ctx context.Context, method string, u *url.URL, body []byte, header http.Header, sign func(*http.Request) error) (*http.Response, error) {
	var content io.Reader // nil, not empty: a GET must not even announce a body
	if method == http.MethodPost {
		content = bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", u.Host, ErrAddress, err)
	}
	maps.Copy(r.Header, header.Clone())
	r.Header.Set("User-Agent", c.options.UserAgent)
	if method == http.MethodGet {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	if sign != nil {
		if err := sign(r); err != nil {
			return nil, fmt.Errorf("%s: sign request: %w", u.Host, err)
		}
	}
	answer, err := c.transport.RoundTrip(r)
	if err != nil {
		return nil, explain(u.Host, err)
	}
	c.compare(u.Host, answer.Header, time.Now())
	return answer, nil
}

// isRedirect reports whether a status sends a GET elsewhere.
func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirect gives where a Location leads, and refuses what could not have been
// asked for in the first place.
func (c *Client) redirect(from *url.URL, location string) (*url.URL, error) {
	next, err := from.Parse(location)
	if err != nil || location == "" {
		return nil, fmt.Errorf("%s: %w: it does not say where to", from.Host, ErrRedirect)
	}
	if from.Scheme == "https" && next.Scheme != "https" {
		return nil, fmt.Errorf("%s: %w: it leads away from https", from.Host, ErrRedirect)
	}
	next = canonical(next)
	next.Fragment, next.RawFragment = "", ""
	if next, err = c.parse(next.String()); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", from.Host, ErrRedirect, err)
	}
	return next, nil
}
