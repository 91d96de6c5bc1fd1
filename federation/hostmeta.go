package federation

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
)

// hostMeta is an Extensible Resource Descriptor with the one link that old
// clients look for (RFC 6415 3).
type hostMeta struct {
	XMLName xml.Name `xml:"http://docs.oasis-open.org/ns/xri/xrd-1.0 XRD"`
	Link    hostMetaLink
}

type hostMetaLink struct {
	Rel      string `xml:"rel,attr"`
	Type     string `xml:"type,attr"`
	Template string `xml:"template,attr"`
}

// webFingerTemplate is where to ask for a resource of this node.
func (n *Node) webFingerTemplate() string {
	return n.config.Origin.String() + "/.well-known/webfinger?resource={uri}"
}

// showHostMeta tells, as XML, where WebFinger is.
func (n *Node) showHostMeta(w http.ResponseWriter, r *http.Request) {
	body, err := xml.Marshal(hostMeta{Link: hostMetaLink{Rel: "lrdd", Type: typeJRD, Template: n.webFingerTemplate()}})
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	n.serve(w, r, http.StatusOK, "application/xrd+xml", cacheDiscovery, append([]byte(xml.Header), body...))
}

// showHostMetaJSON is showHostMeta as JSON (RFC 6415 3, appendix A).
func (n *Node) showHostMetaJSON(w http.ResponseWriter, r *http.Request) {
	body, err := json.Marshal(resourceDescriptor{
		Links: []resourceLink{{Rel: "lrdd", Type: typeJRD, Template: n.webFingerTemplate()}},
	})
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	n.serve(w, r, http.StatusOK, "application/json", cacheDiscovery, body)
}
