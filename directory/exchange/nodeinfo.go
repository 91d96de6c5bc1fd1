package exchange

import (
	"net/url"
	"slices"
	"strings"

	"matou/directory"
)

// nodeInfoRelation begins the relations under which a server names its
// NodeInfo documents; the version follows.
const nodeInfoRelation = "http://nodeinfo.diaspora.software/ns/schema/"

// isNodeInfoIndex recognises /.well-known/nodeinfo, which links to documents.
func isNodeInfoIndex(o object) bool {
	return slices.ContainsFunc(o.list("links"), func(v any) bool {
		l, _ := v.(object)
		return strings.HasPrefix(l.str("rel"), nodeInfoRelation)
	})
}

// readNodeInfo reads a NodeInfo document (1.0 to 2.2) as hints, or the index
// that links to it. How many people use a server is none of our business, and
// is not read.
func readNodeInfo(source string, raw []byte) (Reading, error) {
	v, err := parseJSON(source, raw)
	if err != nil {
		return Reading{}, err
	}
	o, _ := v.(object)
	if isNodeInfoIndex(o) {
		return readNodeInfoIndex(source, o), nil
	}
	if o.sub("software").str("name") == "" {
		return Reading{}, directory.Invalid(source, "is no NodeInfo: it does not name its software")
	}
	h := hints{about: site(source), source: source, format: FormatNodeInfo}
	software, metadata := o.sub("software"), o.sub("metadata")
	h.tell(HintSoftware, software.str("name"))
	h.tell(HintVersion, software.str("version"))
	h.tell(HintRepository, software.str("repository"))
	h.tell(HintSite, software.str("homepage"))
	if open, ok := o["openRegistrations"].(bool); ok {
		h.tell(HintRegistration, map[bool]string{true: registrationOpen, false: registrationClosed}[open])
	}
	h.tell(HintName, metadata.str("nodeName", "name"))
	h.tell(HintSummary, metadata.str("nodeDescription", "shortDescription"))
	h.tell(HintLanguages, strings.Join(metadata.strs("langs"), ", "))
	h.tell(HintTerms, metadata.str("tosUrl", "terms"))
	maintainer := metadata.sub("maintainer")
	h.tell(HintAdmin, strings.TrimSpace(maintainer.str("name")+" "+maintainer.str("email")))
	return Reading{Hints: h.all}, nil
}

// readNodeInfoIndex links to the newest document, on the server's own host
// only.
func readNodeInfoIndex(source string, o object) Reading {
	var r Reading
	newest := ""
	for _, v := range o.list("links") {
		l, _ := v.(object)
		version, ok := strings.CutPrefix(l.str("rel"), nodeInfoRelation)
		if !ok || version <= newest {
			continue
		}
		address, err := readAddress(l.str("href"))
		if err == nil && isWeb(source) && site(address) != site(source) {
			err = reason("%s lies on another host than the server that it tells of", quote(l.str("href")))
		}
		if err != nil {
			r.Warnings = append(r.Warnings, Warning{File: source, Key: "links", Reason: leftOut(err)})
			continue
		}
		newest = version
		r.Links = []Link{{Name: "NodeInfo " + version, URL: address, Format: FormatNodeInfo}}
	}
	return r
}

// readPeerTube reads what a PeerTube server tells of itself at
// /api/v1/config/about as hints.
func readPeerTube(source string, raw []byte) (Reading, error) {
	v, err := parseJSON(source, raw)
	if err != nil {
		return Reading{}, err
	}
	o, _ := v.(object)
	about := o.sub("instance")
	if about == nil {
		return Reading{}, directory.Invalid(source, "is no answer of PeerTube's /api/v1/config/about: it has no “instance”")
	}
	h := hints{about: site(source), source: source, format: FormatPeerTube}
	h.tell(HintSoftware, "PeerTube")
	h.tell(HintName, about.str("name"))
	h.tell(HintSummary, about.str("shortDescription", "description"))
	h.tell(HintTerms, about.str("terms"))
	h.tell(HintAdmin, about.str("administrator"))
	h.tell(HintFunding, about.str("businessModel"))
	h.tell(HintLifetime, about.str("maintenanceLifetime"))
	h.tell(HintReason, about.str("creationReason"))
	h.tell(HintHosting, about.str("hardwareInformation"))
	h.tell(HintLanguages, strings.Join(about.strs("languages"), ", "))
	return Reading{Hints: h.all}, nil
}

// site gives "https://tube.example/" of an address, or the address itself
// where it is a path on disk.
func site(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + "/"
}
