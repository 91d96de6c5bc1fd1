package federation

import (
	"context"
	"encoding/json"
	"net/http"

	"matou/directory"
	"matou/federation/ap"
)

// Relations of the NodeInfo index.
const (
	relNodeInfo    = "http://nodeinfo.diaspora.software/ns/schema/"
	relApplication = "https://www.w3.org/ns/activitystreams#Application" // FEP-2677
)

// mostCounted is how many notices are read to be counted; a hoster with more
// publishes no count.
const mostCounted = 200

// nodeInfo is what a node says of itself to those who draw maps of the
// network (NodeInfo 2.0 and 2.1, FEP-f1d5). A number that is not known is
// left out rather than made up (FEP-0151).
type nodeInfo struct {
	Version           string           `json:"version"`
	Software          nodeSoftware     `json:"software"`
	Protocols         []string         `json:"protocols"`
	Services          nodeServices     `json:"services"`
	OpenRegistrations bool             `json:"openRegistrations"`
	Usage             nodeUsage        `json:"usage"`
	Metadata          nodeInfoMetadata `json:"metadata"`
}

type nodeSoftware struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type nodeServices struct {
	Inbound  []string `json:"inbound"`
	Outbound []string `json:"outbound"`
}

type nodeUsage struct {
	Users struct {
		Total int `json:"total"`
	} `json:"users"`
	LocalPosts *int `json:"localPosts,omitempty"`
}

type nodeInfoMetadata struct {
	NodeName      string   `json:"nodeName"`
	StaffAccounts []ap.IRI `json:"staffAccounts"`
	Matou         struct {
		Roles []ap.LocalKind `json:"roles"`
	} `json:"matou"`
}

// showNodeInfoIndex tells where the descriptions are (NodeInfo protocol 3).
func (n *Node) showNodeInfoIndex(w http.ResponseWriter, r *http.Request) {
	body, err := json.Marshal(resourceDescriptor{Links: []resourceLink{
		{Rel: relNodeInfo + "2.0", Href: string(n.iri("/nodeinfo/2.0"))},
		{Rel: relNodeInfo + "2.1", Href: string(n.iri("/nodeinfo/2.1"))},
		{Rel: relApplication, Href: string(n.nodeActor())},
	}})
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	n.serve(w, r, http.StatusOK, typeJRD, cacheDiscovery, body)
}

// showNodeInfo serves the description of that version of the schema.
func (n *Node) showNodeInfo(version string) http.HandlerFunc {
	mediaType := `application/json; profile="` + relNodeInfo + version + `#"`
	return func(w http.ResponseWriter, r *http.Request) {
		info, err := n.nodeInfo(r.Context(), version)
		if err != nil {
			n.refuse(w, r, err)
			return
		}
		body, err := json.Marshal(info)
		if err != nil {
			n.refuse(w, r, err)
			return
		}
		n.serve(w, r, http.StatusOK, mediaType, cacheDiscovery, body)
	}
}

func (n *Node) nodeInfo(ctx context.Context, version string) (nodeInfo, error) {
	info := nodeInfo{
		Version:   version,
		Software:  nodeSoftware{Name: softwareName, Version: n.softwareVersion()},
		Protocols: []string{"activitypub"},
		Services:  nodeServices{Inbound: []string{}, Outbound: []string{}},
	}
	info.Metadata.StaffAccounts = []ap.IRI{}
	info.Metadata.Matou.Roles = []ap.LocalKind{}
	for _, kind := range []ap.LocalKind{ap.KindHoster, ap.KindAggregator} {
		a, ok := n.localKind(kind)
		if !ok {
			continue
		}
		info.Usage.Users.Total++
		info.Metadata.StaffAccounts = append(info.Metadata.StaffAccounts, a.ID)
		info.Metadata.Matou.Roles = append(info.Metadata.Matou.Roles, kind)
	}
	name, err := n.name(ctx)
	if err != nil {
		return info, err
	}
	info.Metadata.NodeName = name
	info.Usage.LocalPosts, err = n.countPosts(ctx)
	return info, err
}

// The name and version of this program, as NodeInfo wants them.
const softwareName = "matou"

func (n *Node) softwareVersion() string {
	if n.config.Software == "" {
		return "unknown"
	}
	return n.config.Software
}

// name is what people call this node: its aggregator, else its hoster, else
// its host.
func (n *Node) name(ctx context.Context) (string, error) {
	if a := n.config.Aggregator; a != nil && a.Name != "" {
		return a.Name, nil
	}
	if a, ok := n.localKind(ap.KindHoster); ok {
		p, err := n.store.Profile(ctx, a.ID)
		if err == nil && p.Hoster.Name != "" {
			return p.Hoster.Name, nil
		}
		if err != nil && !isNotFound(err) {
			return "", err
		}
	}
	return n.config.Origin.Host, nil
}

// countPosts gives the number of notes that this node's hoster has published
// and not taken back; nil where there is no hoster or too many to count.
func (n *Node) countPosts(ctx context.Context) (*int, error) {
	a, ok := n.localKind(ap.KindHoster)
	if !ok {
		return nil, nil
	}
	notices, err := n.store.Notices(ctx, directory.ID(a.ID), mostCounted)
	if err != nil {
		return nil, err
	}
	if len(notices) >= mostCounted {
		return nil, nil
	}
	total := len(notices)
	for _, notice := range notices {
		total += len(notice.Updates)
	}
	return &total, nil
}

// instance is the little that GoToSocial and Mastodon clients ask a new host
// for at /api/v1/instance: who this is. matou has no client API.
type instance struct {
	URI              string `json:"uri"`
	Title            string `json:"title"`
	ShortDescription string `json:"short_description"`
	Description      string `json:"description"`
	Email            string `json:"email"`
	Version          string `json:"version"`
	Registrations    bool   `json:"registrations"`
	ApprovalRequired bool   `json:"approval_required"`
	InvitesEnabled   bool   `json:"invites_enabled"`
}

// showInstance serves that little.
func (n *Node) showInstance(w http.ResponseWriter, r *http.Request) {
	name, err := n.name(r.Context())
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	i := instance{URI: n.config.Origin.Host, Title: name, Version: "0.0.0 (compatible; " + softwareName + " " + n.softwareVersion() + ")"}
	if a := n.config.Aggregator; a != nil {
		i.ShortDescription, _ = a.Summary.In(a.Language)
		i.Description = i.ShortDescription
	}
	body, err := json.Marshal(i)
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	n.serve(w, r, http.StatusOK, "application/json", cacheDiscovery, body)
}
