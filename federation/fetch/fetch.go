// Package fetch is the one way by which a node talks to others: every
// outgoing request goes through its Client, which refuses addresses that are
// not public, caps bytes, time and redirects, and never follows a link to a
// scheme or host that it was not asked for.
package fetch

// Client makes outgoing requests. It is safe for use by many goroutines.
type Client struct{}
