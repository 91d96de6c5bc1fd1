package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds what a peer can ask of our patience.
const maxRetryAfter = 24 * time.Hour

// head gives an answer without its body.
func head(u *url.URL, answer *http.Response) Response {
	resp := Response{
		Status:     answer.StatusCode,
		URL:        u.String(),
		Header:     answer.Header,
		RetryAfter: retryAfter(answer.Header.Get("Retry-After"), time.Now()),
	}
	if mediaType, params, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err == nil {
		resp.MediaType, resp.Params = mediaType, params
	}
	return resp
}

// read reads an answer whole, at most maxBytes of it.
func read(ctx context.Context, u *url.URL, answer *http.Response, maxBytes int64) (Response, error) {
	defer answer.Body.Close()
	resp := head(u, answer)
	if resp.Status < 200 || resp.Status > 299 {
		return resp, &StatusError{Status: resp.Status, URL: resp.URL, RetryAfter: resp.RetryAfter}
	}
	tooLarge := fmt.Errorf("%s: %w: it has more than %d bytes", u.Host, ErrTooLarge, maxBytes)
	if answer.ContentLength > maxBytes && answer.Header.Get("Content-Encoding") == "" {
		return Response{}, tooLarge
	}
	body, err := inflated(answer)
	if err != nil {
		return Response{}, explain(u.Host, err)
	}
	resp.Body, err = io.ReadAll(io.LimitReader(body, maxBytes+1))
	switch {
	case err != nil && ctx.Err() != nil:
		return Response{}, explain(u.Host, ctx.Err())
	case err != nil:
		return Response{}, explain(u.Host, fmt.Errorf("read answer: %w", err))
	case int64(len(resp.Body)) > maxBytes:
		return Response{}, tooLarge
	}
	return resp, nil
}

// inflated gives the body as it was before gzip. The reader's output is what
// is capped: a few kilobytes can hold gigabytes of zeros.
func inflated(answer *http.Response) (io.Reader, error) {
	switch encoding := strings.ToLower(answer.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
		return answer.Body, nil
	case "gzip", "x-gzip":
		body, err := gzip.NewReader(answer.Body)
		if errors.Is(err, io.EOF) { // no body at all
			return answer.Body, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read answer: %w", err)
		}
		return body, nil
	default:
		return nil, fmt.Errorf("%w: it is encoded as %q, which was not asked for", ErrMediaType, encoding)
	}
}

// isActivityStreams reports whether a media type is one of ActivityStreams
// (Activity Streams 2.0 2.1). A profile is a list of IRIs (RFC 6906 3).
func isActivityStreams(mediaType string, params map[string]string) bool {
	switch mediaType {
	case "application/activity+json":
		return true
	case "application/ld+json":
		for profile := range strings.FieldsSeq(params["profile"]) {
			if profile == "https://www.w3.org/ns/activitystreams" {
				return true
			}
		}
	}
	return false
}

// retryAfter reads a Retry-After header (RFC 9110 10.2.3): seconds or a date.
// It gives 0 for what is neither or past, and at most 24 h.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	seconds, err := strconv.ParseUint(value, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) { // out of range gives the largest number
		return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
