package federation

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/fetch"
)

// maxDescriptor bounds what a WebFinger server may answer.
const maxDescriptor = 64 << 10

// handleName is the name in a handle as the fediverse writes it.
var handleName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,126}[A-Za-z0-9_])?$`)

// resolveHandle finds the actor behind "name@host" or "@name@host" by
// WebFinger, and checks it the other way round: the actor's own host must give
// its name to the same actor, so that no host can lend itself another's
// (RFC 7033; the ActivityPub and WebFinger report of the W3C Social CG 3.1).
// Errors are sentences for the person who typed the handle.
func (n *Node) resolveHandle(ctx context.Context, handle string) (ap.IRI, error) {
	name, host, err := n.parseHandle(handle)
	if err != nil {
		return "", err
	}
	id, subject, err := n.lookUp(ctx, name, host)
	if err != nil {
		return "", err
	}
	if id.Host() == n.config.Origin.Host {
		if _, ours := n.local(id); !ours || host != id.Host() {
			return "", fmt.Errorf("%s gives @%s@%s to an address of this very node: %w", host, name, host, directory.ErrForbidden)
		}
		return id, nil
	}
	a, _, err := n.fetchActor(ctx, id)
	if err != nil {
		return "", err
	}
	if a.Username == "" {
		return "", fmt.Errorf("the actor %s has no name (preferredUsername): %w", id, directory.ErrInvalid)
	}
	if strings.EqualFold(a.Username, name) && id.Host() == host {
		return id, nil
	}
	// The handle is of another host or name than the actor: the actor's own
	// host must know it, and name the handle.
	back, canonical, err := n.lookUp(ctx, strings.ToLower(a.Username), id.Host())
	if err != nil {
		return "", fmt.Errorf("check that @%s@%s is %s: %w", name, host, id, err)
	}
	own := strings.ToLower(a.Username) + "@" + id.Host()
	if back != id || (canonical != name+"@"+host && subject != own) {
		return "", fmt.Errorf("@%s@%s points to %s, whose own host does not say so: %w", name, host, id, directory.ErrForbidden)
	}
	return id, nil
}

// parseHandle reads "name@host", with or without an @ or acct: before it.
func (n *Node) parseHandle(handle string) (name, host string, err error) {
	name, host, ok := strings.Cut(bareHandle(strings.TrimSpace(handle)), "@")
	if !ok || !handleName.MatchString(name) || host == "" {
		return "", "", directory.Invalid("handle", "must be written @name@host, not %q", clip(handle))
	}
	if _, err := activitystreams.ParseIRI(n.scheme()+"://"+host+"/", n.config.Development); err != nil || strings.ContainsAny(host, "/?#\\") {
		return "", "", directory.Invalid("handle", "must end in the name of a host, not %q", clip(host))
	}
	return name, host, nil
}

// scheme is how other hosts are first spoken to.
func (n *Node) scheme() string {
	if n.config.Development {
		return "http"
	}
	return "https"
}

// lookUp asks a host's WebFinger who name is. The subject is the handle that
// the answer itself is about, "name@host" in lower case.
func (n *Node) lookUp(ctx context.Context, name, host string) (id ap.IRI, subject string, err error) {
	handle := name + "@" + host
	address := n.scheme() + "://" + host + "/.well-known/webfinger?resource=" + url.QueryEscape("acct:"+handle)
	resp, err := n.client.Get(ctx, address, typeJRD+", application/json;q=0.9", maxDescriptor)
	if err != nil {
		return "", "", fmt.Errorf("ask %s who @%s is: %w", host, handle, originError(err))
	}
	if resp.MediaType != typeJRD && resp.MediaType != "application/json" {
		return "", "", fmt.Errorf("ask %s who @%s is: its answer is %q instead of a descriptor: %w", host, handle, clip(resp.MediaType), fetch.ErrMediaType)
	}
	d, err := readDescriptor(resp.Body)
	if err != nil {
		return "", "", fmt.Errorf("ask %s who @%s is: its answer cannot be read: %w", host, handle, directory.ErrInvalid)
	}
	if id, err = d.actor(n.config.Development); err != nil {
		return "", "", fmt.Errorf("ask %s who @%s is: %w", host, handle, err)
	}
	if id == "" {
		return "", "", fmt.Errorf("@%s is no ActivityPub actor, says %s: %w", handle, host, directory.ErrNotFound)
	}
	return id, bareHandle(d.Subject), nil
}
