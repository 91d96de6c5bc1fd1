package federation

import "net/http"

// robots lets search engines read the pages, which is what a directory is
// for, and keeps them off the addresses that only other nodes use.
const robots = `User-agent: *
Disallow: /ap/
Disallow: /actor
Disallow: /inbox
Disallow: /nodeinfo/
Disallow: /admin
`

// showRobots serves the Robots Exclusion Protocol (RFC 9309).
func (n *Node) showRobots(w http.ResponseWriter, r *http.Request) {
	n.serve(w, r, http.StatusOK, "text/plain", cacheDiscovery, []byte(robots))
}
